//! The Machine trait and the Direct machine.
