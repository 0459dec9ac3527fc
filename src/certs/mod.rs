//! Certificates for a gate and its clients: an authority of their own, what it
//! signs, and the list of what it has revoked.
//!
//! Everything is a file below one [`Folder`], and nothing is known that is not
//! in one of them:
//!
//! | path | what |
//! | --- | --- |
//! | `ca.pem`, `ca-key.pem` | the authority |
//! | `crl.pem` | the list of revoked certificates |
//! | `server/` | `ca.pem`, `cert.pem`, `key.pem`, `crl.pem`: what the gate gets |
//! | `clients/NAME/` | `ca.pem`, `cert.pem`, `key.pem`, as docker looks for them |
//! | `issued/SERIAL.pem` | every certificate that was signed, so that it can be revoked |
//! | `revoked/SERIAL.pem` | those that were, from which the list is made |

mod authority;
mod certificate;
mod desk;
mod error;
mod files;
mod folder;
mod inventory;
mod moment;
mod name;
mod pair;
mod revoked;
mod subject;

pub use certificate::Certificate;
pub use desk::{Desk, Made};
pub use error::CertsError;
pub use folder::{Folder, is_root};
pub use inventory::{Inventory, Row, State};
pub use moment::Moment;
pub use name::{Holder, Kind, Name, host, organization};
pub use revoked::Reason;
pub use subject::Subject;
