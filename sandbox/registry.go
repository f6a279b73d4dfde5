package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	oci "github.com/google/go-containerregistry/pkg/registry"
)

// registry serves an OCI registry whose blobs lie in a folder and whose manifests lie in memory. It can ask for
// credentials the two ways real registries do, so that clients of private registries can be tried against it.
func registry() int {
	flags := flag.NewFlagSet("registry", flag.ExitOnError)
	address := flags.String("address", "127.0.0.1:0", "host:port to listen on; port 0 takes a free one")
	blobs := flags.String("blobs", "", "folder for the blobs (memory when empty)")
	certificate := flags.String("tls-cert", "", "serve https with this certificate; made, self-signed, when the file is not there")
	key := flags.String("tls-key", "", "the key of --tls-cert")
	credentials := flags.String("credentials", "", "file of user:password lines; without it everyone may pull and push")
	scheme := flags.String("auth", "basic", "how --credentials are asked for: basic, or bearer (a token service at /token)")
	anonymousPull := flags.Bool("anonymous-pull", false, "with --credentials: pulling needs none")
	busybox := flags.String("busybox", "", "static busybox to make busybox:1 and pause:1 from")
	tiny := flags.String("tiny", "", "static program to make busybox:1 and pause:1 from, where there is no busybox")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return 2
	}
	if err := serveRegistry(*address, *blobs, *certificate, *key, access{*credentials, *scheme, *anonymousPull}, seed{*busybox, *tiny}); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		return 1
	}
	return 0
}

func serveRegistry(address, blobs, certificate, key string, access access, seed seed) error {
	options := []oci.Option{oci.Logger(log.New(os.Stderr, "", log.LstdFlags)), oci.WithReferrersSupport(true)}
	if blobs != "" {
		if err := os.MkdirAll(blobs, 0o700); err != nil {
			return err
		}
		options = append(options, oci.WithBlobHandler(oci.NewDiskBlobHandler(blobs)))
	}
	images := oci.New(options...)
	if err := seed.into(images); err != nil {
		return fmt.Errorf("putting the first images in: %w", err)
	}
	guarded, err := access.guard(images)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if certificate != "" {
		pair, err := loadOrMakeCertificate(certificate, key, listener.Addr())
		if err != nil {
			return err
		}
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
	}
	// The one line on stdout: callers that asked for port 0 read the address from it.
	fmt.Println(listener.Addr())
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	failed := make(chan error, 1)
	go func() { failed <- http.Serve(listener, guarded) }()
	select {
	case <-stop:
		return nil
	case err := <-failed:
		return err
	}
}
