package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"time"
)

// loadOrMakeCertificate reads the pair, or writes a self-signed one for the loopback names and the address listened on.
func loadOrMakeCertificate(certificate, key string, address net.Addr) (tls.Certificate, error) {
	if _, err := os.Stat(certificate); errors.Is(err, fs.ErrNotExist) {
		var more []net.IP
		if tcp, ok := address.(*net.TCPAddr); ok && !tcp.IP.IsUnspecified() {
			more = append(more, tcp.IP)
		}
		if err := makeCertificate(certificate, key, pkix.Name{CommonName: "infragate sandbox registry"}, more); err != nil {
			return tls.Certificate{}, err
		}
	}
	return tls.LoadX509KeyPair(certificate, key)
}

// makeCertificate writes a certificate for servers and clients. It is its own authority: who trusts the file trusts it.
func makeCertificate(certificate, key string, subject pkix.Name, addresses []net.IP) error {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               subject,
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(1, 0, 0),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"localhost"},
		IPAddresses:           append(addresses, net.IPv4(127, 0, 0, 1), net.IPv6loopback),
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return err
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	if err := os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}), 0o600)
}

// certificate makes what the API server shows the kubelet when someone asks for logs or a shell.
func certificate() int {
	flags := flag.NewFlagSet("certificate", flag.ExitOnError)
	file := flags.String("cert", "", "where to write the certificate")
	key := flags.String("key", "", "where to write its key")
	name := flags.String("name", "", "common name")
	group := flags.String("group", "", "organization: the group, for Kubernetes")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return 2
	}
	if err := makeCertificate(*file, *key, pkix.Name{CommonName: *name, Organization: []string{*group}}, nil); err != nil {
		fmt.Fprintln(os.Stderr, "certificate:", err)
		return 1
	}
	return 0
}
