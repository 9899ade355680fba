//! The bytecode handlers, generic over the machine.
