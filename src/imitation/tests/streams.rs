//! Hijacked connections, answers that stay open, and bodies that are long.

use super::*;

const EVENTS: &[u8] = b"GET /events HTTP/1.1\r\nHost: d\r\n\r\n";

fn head(recorded: &[u8]) -> &[u8] {
    let end = recorded.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    &recorded[..end + 4]
}

#[tokio::test]
async fn an_echo_ends_with_the_client_s_half_of_the_stream() {
    let imitation = start("echo").await;
    let mut peer = connect(&imitation, &exec_start()).await;
    assert_eq!(read(&mut peer, head(recording!("exec-start")).len()).await, head(recording!("exec-start")));
    peer.write_all(b"hello\n").await.unwrap();
    assert_eq!(read(&mut peer, 14).await, b"\x01\0\0\0\0\0\0\x06hello\n");
    peer.write_all(b"bye").await.unwrap();
    peer.shutdown().await.unwrap();
    assert_eq!(rest(&mut peer).await, b"\x01\0\0\0\0\0\0\x03bye");
    let exchange = imitation.received().remove(0);
    assert_eq!((exchange.streamed, exchange.lost, exchange.gone), (9, 0, false));
}

#[tokio::test]
async fn what_comes_before_the_upgrade_is_dropped() {
    let imitation = start("dropped").await;
    let glued = [exec_start().as_slice(), b"too early"].concat();
    assert_eq!(ask(&imitation, &glued).await, head(recording!("exec-start")));
    let exchange = imitation.received().remove(0);
    assert_eq!((exchange.streamed, exchange.lost), (0, 9));
}

#[tokio::test]
async fn what_comes_while_the_upgrade_is_slow_is_dropped_too() {
    let imitation = start("dropped-slowly").await;
    imitation.fault(Fault::SlowHead(Duration::from_millis(50)));
    let mut peer = connect(&imitation, &exec_start()).await;
    peer.write_all(b"too early").await.unwrap();
    read(&mut peer, head(recording!("exec-start")).len()).await;
    assert_eq!(imitation.received()[0].lost, 9);
}

#[tokio::test]
async fn an_attach_to_nothing_is_a_raw_answer_and_the_end() {
    let imitation = start("attach-missing").await;
    let request = b"POST /containers/missing/attach?stream=1 HTTP/1.1\r\nHost: d\r\nUpgrade: tcp\r\n\r\n";
    let mut peer = connect(&imitation, request).await;
    assert_eq!(rest(&mut peer).await, recording!("attach-missing"));
}

#[tokio::test]
async fn events_stay_open_until_the_client_goes() {
    let imitation = start("events").await;
    let mut peer = connect(&imitation, EVENTS).await;
    assert_eq!(read(&mut peer, recording!("events").len()).await, recording!("events"));
    assert!(timeout(Duration::from_millis(30), peer.read_u8()).await.is_err());
    let before = imitation.received().remove(0);
    assert!(before.complete && !before.ended && !before.gone);
    drop(peer);
    let (_, gone) = imitation.until(PATIENCE, |all| all[0].gone && all[0].ended).await;
    assert!(gone);
    let (_, closed) = imitation.until(PATIENCE, |_| imitation.connections() == 0).await;
    assert!(closed);
}

#[tokio::test]
async fn a_big_body_is_as_long_as_was_said() {
    let imitation = start("big").await;
    imitation.big(100_000);
    let answer = ask(&imitation, b"GET /images/tiny/get HTTP/1.1\r\nHost: d\r\n\r\n").await;
    let head = head(recording!("image-get"));
    assert!(answer.starts_with(head) && answer.ends_with(b"\r\n0\r\n\r\n"));
    let mut at = 0;
    let mut chunks = &answer[head.len()..];
    while let Some(end) = chunks.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&chunks[..end]).unwrap(), 16).unwrap();
        for byte in &chunks[end + 2..end + 2 + size] {
            assert_eq!(*byte, big_byte(at));
            at += 1;
        }
        chunks = &chunks[end + 4 + size..];
    }
    assert_eq!(at, 100_000);
    imitation.big(0);
    let answer = ask(&imitation, b"GET /images/tiny/get HTTP/1.1\r\nHost: d\r\n\r\n").await;
    assert_eq!(answer, recording!("image-get"));
}

#[tokio::test]
async fn a_client_that_leaves_a_big_body_is_noticed() {
    let imitation = start("big-gone").await;
    imitation.big(1 << 40);
    let mut peer = connect(&imitation, b"GET /images/tiny/get HTTP/1.1\r\nHost: d\r\n\r\n").await;
    read(&mut peer, 100_000).await;
    drop(peer);
    let (_, gone) = imitation.until(PATIENCE, |all| all[0].gone).await;
    assert!(gone);
}
