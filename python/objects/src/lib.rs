//! Python's object model: types, layouts, the core builtin types.
