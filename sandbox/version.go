package main

import (
	"encoding/json"
	"os"
	"runtime/debug"

	"k8s.io/component-base/version"
)

// modules are the ones whose version says what this binary is.
var modules = map[string]string{
	"go.etcd.io/etcd/server/v3": "etcd",
	"sigs.k8s.io/kwok":          "kwok",
}

func printVersion() int {
	versions := map[string]string{"kubernetes": version.Get().GitVersion}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, module := range build.Deps {
			if name, wanted := modules[module.Path]; wanted {
				versions[name] = module.Version
			}
		}
	}
	_ = json.NewEncoder(os.Stdout).Encode(versions)
	return 0
}
