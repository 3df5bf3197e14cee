use std::net::IpAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A server that gives one answer to every call.
async fn server(answer: String) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://localhost:{}/", listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    url
}

fn body(length: usize) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{}", "x".repeat(length))
}

#[tokio::test]
async fn reads_what_is_short_and_refuses_what_is_long() {
    let outbound = Outbound::new(Reach::Private).unwrap();
    assert_eq!(outbound.get(&server(body(5)).await).await.unwrap(), b"xxxxx");
    let long = outbound.get(&server(body(MAX_BODY + 1)).await).await;
    assert!(matches!(long, Err(OutboundError::TooLong)), "{long:?}");
}

#[tokio::test]
async fn follows_no_redirect() {
    let target = server(body(1)).await;
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
    let outbound = Outbound::new(Reach::Private).unwrap();
    let got = outbound.get(&server(answer).await).await;
    assert!(matches!(got, Err(OutboundError::Status(302))), "{got:?}");
}

#[tokio::test]
async fn private_addresses_are_refused_by_name_and_by_number() {
    let outbound = Outbound::new(Reach::Public).unwrap();
    for url in [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://2130706433/",
        "https://0x7f.1/",
    ] {
        let got = outbound.get(&Url::parse(url).unwrap()).await;
        assert!(matches!(got, Err(OutboundError::Refused)), "{url}: {got:?}");
    }
    // By name the refusal comes from the resolver, through the client.
    assert!(outbound.get(&Url::parse("https://localhost/").unwrap()).await.is_err());
    let plain = outbound.get(&Url::parse("http://example.com/").unwrap()).await;
    assert!(matches!(plain, Err(OutboundError::Refused)), "{plain:?}");
}

#[test]
fn the_public_internet_is_what_is_left() {
    let public = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34"];
    let special = [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
        "::127.0.0.1",
    ];
    for address in public {
        assert!(is_public(address.parse::<IpAddr>().unwrap()), "{address}");
    }
    for address in special {
        assert!(!is_public(address.parse::<IpAddr>().unwrap()), "{address}");
    }
}
