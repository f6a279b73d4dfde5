package main

import (
	_ "embed"
	"fmt"
	"os"
	"strings"

	node "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	pod "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/yaml"
)

//go:embed stages/pod-image-error.yaml
var podImageError string

// stages prints what kwok's --config takes: kwok's own quick Stages, and ours for images that can't be pulled. Of
// several Stages that match a Pod kwok draws one by weight, so its pod-ready has to leave those images alone.
func stages() int {
	ready, err := excludeImageErrors(pod.DefaultPodReady)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stages:", err)
		return 1
	}
	fmt.Println(strings.Join([]string{node.DefaultNodeInit, pod.DefaultPodComplete, pod.DefaultPodDelete, ready, podImageError}, "\n---\n"))
	return 0
}

func excludeImageErrors(stage string) (string, error) {
	var object struct {
		APIVersion string         `json:"apiVersion"`
		Kind       string         `json:"kind"`
		Metadata   map[string]any `json:"metadata"`
		Spec       struct {
			ResourceRef map[string]any              `json:"resourceRef"`
			Selector    map[string][]map[string]any `json:"selector"`
			Next        map[string]any              `json:"next"`
		} `json:"spec"`
	}
	if err := yaml.UnmarshalStrict([]byte(stage), &object); err != nil {
		return "", err
	}
	object.Spec.Selector["matchExpressions"] = append(object.Spec.Selector["matchExpressions"], map[string]any{
		"key":      `.spec.containers.[].image | select(test("does-not-exist|[/:]missing(:|@|$)"))`,
		"operator": "DoesNotExist",
	})
	text, err := yaml.Marshal(object)
	return string(text), err
}
