//! Taipan's register bytecode: op table, encoding, code objects, disassembler.
