//! Native modules, one file each, and the embedded standard library.
