//! The policy language: who may do what. Pure: no IO, no clock.
