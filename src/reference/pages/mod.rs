//! Pages about operations, groups and facets, in Markdown.

mod commands;
mod facets;
mod feeds;
mod groups;
mod markdown;
mod operations;
mod risks;

pub use commands::COMMANDS;
pub use facets::{example, facets};
pub use groups::groups;
pub use operations::operations;
pub use risks::risk;
