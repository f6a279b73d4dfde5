//go:build tools

// Package cnpg names the one program the sandbox builds from CloudNativePG's own module, so that go.mod and go.sum of
// this folder pin all that goes into it.
package cnpg

import _ "github.com/cloudnative-pg/cloudnative-pg/cmd/manager"
