//! NaN-boxed values, the object header and layout ids.
