//! Text algorithms no language owns: quoting, formatting, searching.
