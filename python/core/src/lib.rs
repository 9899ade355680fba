//! object, type, functions, descriptors, modules, exceptions and how they are shown.
