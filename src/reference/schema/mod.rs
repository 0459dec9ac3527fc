//! JSON Schema (draft 2020-12) of policies and configurations, for editors.
//!
//! It knows every word and where it can stand. What takes reading, such as whether a pattern can fit
//! or a name is one, is left to `dockgate check`.

mod cases;
mod configuration;
mod entries;
mod limits;
mod policy;
mod shapes;
mod values;
mod who;

pub use configuration::configuration;
pub use policy::policy;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
