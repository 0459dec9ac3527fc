//! A key and its certificate, which change together.

use super::error::CertsError;
use super::files::{self, Readers};
use std::path::PathBuf;

/// Where a key and its certificate are.
pub(super) struct Pair {
    pub(super) key: PathBuf,
    pub(super) certificate: PathBuf,
}

impl Pair {
    /// Whether either is there.
    pub(super) fn is_there(&self) -> bool {
        files::is_there(&self.key) || files::is_there(&self.certificate)
    }

    /// Puts both in place. Nothing changes before both are written, and what
    /// cuts it short between the two moves, [`Self::mend`] finishes.
    pub(super) fn put(&self, key: &str, certificate: &str) -> Result<(), CertsError> {
        self.mend()?;
        files::stage(&self.key, key, Readers::Owner)?;
        files::stage(&self.certificate, certificate, Readers::Everyone)?;
        files::settle(&self.key)?;
        files::settle(&self.certificate)
    }

    /// Finishes or takes back what an earlier run left half-done.
    ///
    /// A certificate that waits without its key means that the key has moved.
    /// To take back, the certificate goes first, so that this stays true.
    pub(super) fn mend(&self) -> Result<(), CertsError> {
        let (key, certificate) = (files::staged(&self.key), files::staged(&self.certificate));
        if files::is_there(&certificate) && !files::is_there(&key) {
            return files::settle(&self.certificate);
        }
        files::discard(&certificate)?;
        files::discard(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::Pair;
    use crate::certs::files::{self, Readers};
    use std::fs;
    use std::path::Path;

    fn pair(folder: &Path) -> Pair {
        let pair = Pair { key: folder.join("key.pem"), certificate: folder.join("cert.pem") };
        pair.put("old key", "old certificate").unwrap();
        pair
    }

    fn texts(pair: &Pair) -> (String, String) {
        (fs::read_to_string(&pair.key).unwrap(), fs::read_to_string(&pair.certificate).unwrap())
    }

    #[test]
    fn what_was_cut_short_before_the_first_move_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let pair = pair(folder.path());
        files::stage(&pair.key, "new key", Readers::Owner).unwrap();
        pair.mend().unwrap();
        files::stage(&pair.key, "new key", Readers::Owner).unwrap();
        files::stage(&pair.certificate, "new certifi", Readers::Everyone).unwrap();
        pair.mend().unwrap();
        assert_eq!(texts(&pair), ("old key".into(), "old certificate".into()));
        assert_eq!(files::names(folder.path()).unwrap(), ["cert.pem", "key.pem"]);
    }

    #[test]
    fn what_was_cut_short_between_the_moves_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let pair = pair(folder.path());
        files::stage(&pair.key, "new key", Readers::Owner).unwrap();
        files::stage(&pair.certificate, "new certificate", Readers::Everyone).unwrap();
        files::settle(&pair.key).unwrap();
        pair.mend().unwrap();
        assert_eq!(texts(&pair), ("new key".into(), "new certificate".into()));
        assert_eq!(files::names(folder.path()).unwrap(), ["cert.pem", "key.pem"]);
    }
}
