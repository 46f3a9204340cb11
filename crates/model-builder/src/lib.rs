//! Complete packages from weights, test inputs and a few facts.
