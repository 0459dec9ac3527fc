//! What people look up, made from the tables that the gate itself goes by: schemas for editors, and
//! pages about operations, groups and facets.

pub mod pages;
pub mod said;
pub mod schema;
