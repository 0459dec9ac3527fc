//! Faults, stopping and starting.

use super::*;

#[tokio::test]
async fn a_fault_meets_one_request() {
    let imitation = start("once").await;
    imitation.fault(Fault::CloseBeforeHead);
    assert_eq!(ask(&imitation, PING).await, b"");
    assert_eq!(ask(&imitation, PING).await, recording!("ping"));
    assert!(imitation.received()[0].complete);
}

#[tokio::test]
async fn a_lasting_fault_lasts_until_mended() {
    let imitation = start("lasting").await;
    imitation.fault_always(Fault::Garbage);
    for _ in 0..2 {
        assert!(!ask(&imitation, PING).await.starts_with(b"HTTP"));
    }
    imitation.mend();
    assert_eq!(ask(&imitation, PING).await, recording!("ping"));
}

#[tokio::test]
async fn an_answer_can_break_off() {
    let imitation = start("break-off").await;
    let whole = recording!("version");
    for (fault, least) in [(Fault::CloseMidHead, 0), (Fault::CloseMidBody, 200)] {
        imitation.fault(fault);
        let answer = ask(&imitation, b"GET /version HTTP/1.1\r\nHost: d\r\n\r\n").await;
        assert!(whole.starts_with(&answer) && answer.len() > least && answer.len() < whole.len(), "{fault:?}");
    }
}

#[tokio::test]
async fn an_early_answer_comes_before_the_body_has_ended() {
    let imitation = start("early").await;
    imitation.fault(Fault::EarlyAnswer { after_body_bytes: 3 });
    let request =
        b"PUT /containers/missing/archive HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n";
    let mut peer = connect(&imitation, request).await;
    assert_eq!(rest(&mut peer).await, recording!("archive-put-missing"));
    let exchange = imitation.received().remove(0);
    assert_eq!((exchange.body.as_slice(), exchange.complete), (&b"abc"[..], false));
}

#[tokio::test]
async fn a_slow_head_comes_late_and_a_lost_client_is_noticed_meanwhile() {
    let imitation = start("slow").await;
    imitation.fault(Fault::SlowHead(Duration::from_millis(30)));
    let mut peer = connect(&imitation, PING).await;
    assert!(timeout(Duration::from_millis(10), peer.read_u8()).await.is_err());
    assert_eq!(read(&mut peer, recording!("ping").len()).await, recording!("ping"));
    imitation.clear();
    imitation.fault(Fault::SlowHead(Duration::from_secs(600)));
    drop(connect(&imitation, PING).await);
    let (_, gone) = imitation.until(PATIENCE, |all| all.iter().any(|one| one.gone)).await;
    assert!(gone);
}

#[tokio::test]
async fn another_api_version_is_announced_everywhere() {
    let imitation = start("version").await;
    imitation.fault_always(Fault::ApiVersion("1.100"));
    let ping = String::from_utf8(ask(&imitation, PING).await).unwrap();
    assert!(ping.contains("Api-Version: 1.100\r\n") && ping.ends_with("\r\n\r\nOK"));
    let version = String::from_utf8(ask(&imitation, b"GET /v1.99/version HTTP/1.1\r\nHost: d\r\n\r\n").await).unwrap();
    assert!(version.contains("\"ApiVersion\":\"1.100\"") && !version.contains("1.45"));
    let (head, body) = version.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("Content-Length: {}", body.len())));
    let refused = ask(&imitation, b"GET /v1.101/version HTTP/1.1\r\nHost: d\r\n\r\n").await;
    assert!(refused.starts_with(b"HTTP/1.1 400"));
}

#[tokio::test]
async fn stopping_ends_every_connection_and_frees_the_path() {
    let imitation = start("stop").await;
    let path = imitation.path().to_owned();
    let mut idle = connect(&imitation, PING).await;
    read(&mut idle, recording!("ping").len()).await;
    let mut events = connect(&imitation, b"GET /events HTTP/1.1\r\nHost: d\r\n\r\n").await;
    read(&mut events, recording!("events").len()).await;
    imitation.stop();
    assert_eq!(rest(&mut idle).await, b"");
    assert_eq!(rest(&mut events).await, b"");
    assert!(!path.exists());
    let again = Imitation::start(&path).await.unwrap();
    assert_eq!(ask(&again, PING).await, recording!("ping"));
}

#[tokio::test]
async fn a_path_that_is_taken_is_not_taken_over() {
    let imitation = start("taken").await;
    assert!(Imitation::start(imitation.path()).await.is_err());
    assert_eq!(ask(&imitation, PING).await, recording!("ping"));
}
