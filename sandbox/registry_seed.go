package main

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// seed names the programs the first images are made from: busybox:1, and pause:1, which holds a Pod's namespaces open.
type seed struct {
	busybox string
	tiny    string
}

// tinyCommands are the names that sandbox/tiny answers to.
var tinyCommands = []string{"cat", "echo", "false", "sleep", "true"}

func (s seed) into(images http.Handler) error {
	program, commands := s.busybox, []string(nil)
	switch {
	case s.busybox != "":
		listed, err := exec.Command(s.busybox, "--list").Output()
		if err != nil {
			return fmt.Errorf("%s --list: %w", s.busybox, err)
		}
		commands = strings.Fields(string(listed))
	case s.tiny != "":
		program, commands = s.tiny, tinyCommands
	default:
		return nil
	}
	layer, err := rootfs(program, commands)
	if err != nil {
		return err
	}
	for reference, command := range map[string][]string{"busybox:1": {"sh"}, "pause:1": {"sleep", "2147483647"}} {
		if err := push(images, reference, layer, command); err != nil {
			return err
		}
	}
	return nil
}

// rootfs is one layer: the program as /bin/busybox, a link to it for every command, and the few files programs expect.
// Nothing in it depends on the time or the machine's user, so its digest depends on the program alone.
func rootfs(program string, commands []string) (v1.Layer, error) {
	content, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	var archive bytes.Buffer
	writer := tar.NewWriter(&archive)
	add := func(header tar.Header, body []byte) {
		header.Size = int64(len(body))
		if err == nil {
			err = writer.WriteHeader(&header)
		}
		if err == nil {
			_, err = writer.Write(body)
		}
	}
	for _, folder := range []string{"bin/", "etc/", "home/", "root/", "usr/", "usr/bin/", "var/"} {
		add(tar.Header{Name: folder, Typeflag: tar.TypeDir, Mode: 0o755}, nil)
	}
	add(tar.Header{Name: "tmp/", Typeflag: tar.TypeDir, Mode: 0o1777}, nil)
	add(tar.Header{Name: "etc/passwd", Typeflag: tar.TypeReg, Mode: 0o644}, []byte("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"))
	add(tar.Header{Name: "etc/group", Typeflag: tar.TypeReg, Mode: 0o644}, []byte("root:x:0:\nnobody:x:65534:\n"))
	add(tar.Header{Name: "bin/busybox", Typeflag: tar.TypeReg, Mode: 0o755}, content)
	for _, command := range commands {
		if command != "busybox" {
			add(tar.Header{Name: "bin/" + command, Typeflag: tar.TypeSymlink, Linkname: "busybox", Mode: 0o777}, nil)
		}
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(archive.Bytes())), nil
	}, tarball.WithMediaType(types.OCILayer))
}

func push(images http.Handler, reference string, layer v1.Layer, command []string) error {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err := mutate.AppendLayers(base, layer)
	if err != nil {
		return err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return err
	}
	config = config.DeepCopy()
	config.OS, config.Architecture = "linux", runtime.GOARCH
	config.Config.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	config.Config.Cmd = command
	if image, err = mutate.ConfigFile(image, config); err != nil {
		return err
	}
	tag, err := name.NewTag("registry.invalid/"+reference, name.Insecure)
	if err != nil {
		return err
	}
	return remote.Write(tag, image, remote.WithTransport(inProcess{images}))
}

// inProcess hands requests to a handler without a connection, so that seeding needs neither port nor credentials.
type inProcess struct{ handler http.Handler }

func (p inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body == nil {
		request.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	p.handler.ServeHTTP(recorder, request)
	response := recorder.Result()
	response.Request = request
	return response, nil
}
