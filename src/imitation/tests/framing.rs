//! What is remembered of a request, and which requests are refused.

use super::*;

async fn one(imitation: &Imitation) -> Exchange {
    let (mut received, reached) = imitation.until(PATIENCE, |all| all.iter().any(|one| one.ended || one.gone)).await;
    assert!(reached, "{received:?}");
    assert_eq!(received.len(), 1, "{received:?}");
    received.remove(0)
}

#[tokio::test]
async fn a_request_is_remembered_byte_for_byte() {
    let imitation = start("bytes").await;
    let head =
        b"POST /v1.45/commit?container=web HTTP/1.1\r\nhOST: d\r\nX-A:  1\r\nX-A: 2\r\nContent-Length: 5\r\n\r\n";
    let answer = ask(&imitation, &[head, &b"hello"[..]].concat()).await;
    assert_eq!(answer, recording!("commit"));
    let exchange = one(&imitation).await;
    assert_eq!((exchange.method.as_str(), exchange.target.as_str()), ("POST", "/v1.45/commit?container=web"));
    assert_eq!(exchange.head, head);
    assert_eq!(exchange.headers[1..3], [("X-A".into(), "1".into()), ("X-A".into(), "2".into())]);
    assert_eq!((exchange.body.as_slice(), exchange.body_len), (&b"hello"[..], 5));
    assert!(exchange.complete && exchange.ended && !exchange.gone);
    assert_eq!(exchange.header("content-length"), Some("5"));
}

#[tokio::test]
async fn a_chunked_body_is_taken_apart() {
    let imitation = start("chunks").await;
    let request = b"POST /commit HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n";
    assert_eq!(ask(&imitation, request).await, recording!("commit"));
    let exchange = one(&imitation).await;
    assert_eq!(exchange.body, b"abc0123456789");
    assert_eq!(exchange.trailers, [("X-Sum".into(), "7".into())]);
    assert!(exchange.complete);
}

#[tokio::test]
async fn a_connection_serves_pipelined_requests_in_order() {
    let imitation = start("pipelined").await;
    let answer = ask(&imitation, &[PING, b"HEAD /_ping HTTP/1.1\r\nHost: d\r\n\r\n", PING].concat()).await;
    assert_eq!(answer, [recording!("ping"), recording!("ping-head"), recording!("ping")].concat());
    let received = imitation.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|one| one.connection == 1 && one.complete));
}

#[tokio::test]
async fn a_client_that_asks_for_it_is_closed_after_the_answer() {
    let imitation = start("close").await;
    for request in [&b"GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"[..], b"GET /_ping HTTP/1.0\r\n\r\n"]
    {
        let mut peer = connect(&imitation, request).await;
        assert_eq!(rest(&mut peer).await, recording!("ping"));
    }
}

#[tokio::test]
async fn doubtful_framing_is_refused_and_remembered() {
    let imitation = start("doubtful").await;
    for request in [
        "POST /commit HTTP/1.1\r\nHost: d\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /_ping HTTP/1.1\nHost: d\n\n",
        "GET /_ping HTTP/1.1\r\nHost: d\r\n X: folded\r\n\r\n",
        "POST /commit HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n",
        "POST /commit HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        "POST /commit HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
        "POST /commit HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    ] {
        imitation.clear();
        assert_eq!(ask(&imitation, request.as_bytes()).await, BAD_REQUEST.bytes, "{request:?}");
        let exchange = one(&imitation).await;
        assert!(!exchange.complete && exchange.ended, "{request:?}");
        assert!(request.as_bytes().starts_with(&exchange.head[..10]), "{request:?}");
    }
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let imitation = start("endless-head").await;
    let mut peer = connect(&imitation, b"GET /_ping HTTP/1.1\r\nX: ").await;
    let _ = peer.write_all(&vec![b'x'; HEAD_LIMIT + READ_SIZE]).await;
    assert!(one(&imitation).await.head.len() <= HEAD_LIMIT);
}

#[tokio::test]
async fn a_request_that_breaks_off_is_remembered_as_gone() {
    let imitation = start("breaks-off").await;
    drop(connect(&imitation, b"GET /_pi").await);
    let exchange = one(&imitation).await;
    assert_eq!((exchange.head.as_slice(), exchange.gone, exchange.complete), (&b"GET /_pi"[..], true, false));
    imitation.clear();
    drop(connect(&imitation, b"POST /commit HTTP/1.1\r\nHost: d\r\nContent-Length: 9\r\n\r\nabc").await);
    let exchange = one(&imitation).await;
    assert_eq!((exchange.body_len, exchange.gone, exchange.complete), (3, true, false));
}

#[tokio::test]
async fn a_connection_that_says_nothing_leaves_nothing() {
    let imitation = start("silent").await;
    assert_eq!(ask(&imitation, b"").await, b"");
    assert_eq!(imitation.received(), []);
}

#[tokio::test]
async fn who_expects_to_be_told_is_told_to_continue() {
    let imitation = start("continue").await;
    let head = b"POST /commit HTTP/1.1\r\nHost: d\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    let mut peer = connect(&imitation, head).await;
    assert_eq!(read(&mut peer, 25).await, b"HTTP/1.1 100 Continue\r\n\r\n");
    peer.write_all(b"{}").await.unwrap();
    assert_eq!(read(&mut peer, recording!("commit").len()).await, recording!("commit"));
}
