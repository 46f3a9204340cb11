//! The examples are programs: see the files beside this one. Here the README's own code is compiled and run.
#![doc = include_str!("../README.md")]
