//! A client that sends exactly what it is given.

use super::answer::{Answer, Reader};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// How long anything may take before a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A client's side of TLS.
pub(crate) type Tls = rustls::StreamOwned<rustls::ClientConnection, TcpStream>;

/// A stream whose halves close apart.
pub(crate) enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
    Tls(Box<Tls>),
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.read(buffer),
            Self::Tcp(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Unix(stream) => stream.write(bytes),
            Self::Tcp(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Unix(stream) => stream.flush(),
            Self::Tcp(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// One connection.
pub(crate) struct Client {
    reader: Reader<Stream>,
}

impl Client {
    fn new(source: Stream) -> Self {
        Self { reader: Reader { source, held: Vec::new() } }
    }

    /// Connects to a Unix socket.
    pub(crate) fn unix(path: &Path) -> Self {
        let stream = UnixStream::connect(path).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream.set_write_timeout(Some(PATIENCE)).expect("a time-out");
        Self::new(Stream::Unix(stream))
    }

    /// Connects to a TCP port.
    pub(crate) fn tcp(address: &str) -> Self {
        Self::new(Stream::Tcp(tcp(address)))
    }

    /// Connects to a TCP port and speaks TLS.
    pub(crate) fn tls(address: &str, config: rustls::ClientConfig) -> Self {
        let name = "localhost".try_into().expect("a name");
        let session = rustls::ClientConnection::new(config.into(), name).expect("a session");
        Self::new(Stream::Tls(Box::new(Tls::new(session, tcp(address)))))
    }

    /// How the TLS session came about, once it has.
    pub(crate) fn handshake(&self) -> Option<rustls::HandshakeKind> {
        match &self.reader.source {
            Stream::Tls(stream) => stream.conn.handshake_kind(),
            _ => None,
        }
    }

    /// Sends these bytes, all of them.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.try_send(bytes).expect("the gate reads");
        self
    }

    /// Sends these bytes, or as many as the other side takes.
    pub(crate) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.reader.source.write_all(bytes.as_ref())?;
        self.reader.source.flush()
    }

    /// Says that nothing more will come.
    pub(crate) fn half_close(&mut self) -> &mut Self {
        match &mut self.reader.source {
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write).expect("an open stream"),
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write).expect("an open stream"),
            Stream::Tls(stream) => {
                stream.conn.send_close_notify();
                stream.flush().expect("an open stream");
            }
        }
        self
    }

    /// Says that nothing more will come, if the other side still listens.
    pub(crate) fn try_half_close(&self) -> io::Result<()> {
        match &self.reader.source {
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
            Stream::Tls(stream) => stream.sock.shutdown(Shutdown::Write),
        }
    }

    /// The next answer.
    pub(crate) fn answer(&mut self) -> Answer {
        self.reader.answer(false).expect("an answer")
    }

    /// The next answer, or what went wrong.
    pub(crate) fn try_answer(&mut self) -> io::Result<Answer> {
        self.reader.answer(false)
    }

    /// The next answer to a `HEAD`.
    pub(crate) fn bodiless(&mut self) -> Answer {
        self.reader.answer(true).expect("an answer")
    }

    /// The next head alone: what follows is a stream.
    pub(crate) fn head(&mut self) -> String {
        self.reader.head().expect("a head")
    }

    /// Reads until the other side closes or breaks off.
    pub(crate) fn until_cut(&mut self) {
        let mut unread = Vec::new();
        let end = self.reader.source.read_to_end(&mut unread);
        assert!(!end.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock), "the stream goes on");
    }

    /// So many bytes.
    pub(crate) fn exactly(&mut self, length: usize) -> Vec<u8> {
        let bytes = self.reader.exactly(length).expect("bytes");
        assert_eq!(bytes.len(), length, "the stream ended early");
        bytes
    }

    /// All that comes until the end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        self.reader.rest().expect("an end")
    }

    /// A second handle for writing while this one reads.
    pub(crate) fn writer(&self) -> UnixStream {
        match &self.reader.source {
            Stream::Unix(stream) => stream.try_clone().expect("a descriptor"),
            _ => panic!("only a Unix socket has two handles"),
        }
    }
}

fn tcp(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.set_write_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}
