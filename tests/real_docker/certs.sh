#!/bin/bash
# certs.sh DIR    certificates for a gate on loopback, each folder as docker names the
# files (ca.pem cert.pem key.pem): DIR/server, DIR/client, and DIR/stranger, whose
# certificate another authority has signed.
set -euo pipefail
mkdir -p "$1/server" "$1/client" "$1/stranger"
cd "$1"

new_key() { # FILE
  openssl ecparam -name prime256v1 -genkey -noout -out "$1"
}

authority() { # NAME
  new_key "$1-key.pem"
  openssl req -x509 -new -key "$1-key.pem" -out "$1.pem" -days 30 -subj "/CN=$1" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign
}

certificate() { # FOLDER COMMON-NAME AUTHORITY USAGE
  new_key "$1/key.pem"
  openssl req -new -key "$1/key.pem" -subj "/CN=$2" |
    openssl x509 -req -CA "$3.pem" -CAkey "$3-key.pem" -CAcreateserial -days 30 -out "$1/cert.pem" \
      -extfile <(printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=%s\n' "$4") 2>/dev/null
  cp authority.pem "$1/ca.pem"
}

authority authority
authority other
certificate server localhost authority serverAuth
certificate client tester authority clientAuth
certificate stranger stranger other clientAuth
