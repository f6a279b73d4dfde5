package main

import (
	"bufio"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
)

// access says who may do what: everyone everything (no credentials), or as basic authentication or the token
// protocol of the distribution specification asks for it.
type access struct {
	credentials   string
	scheme        string
	anonymousPull bool
}

func (a access) guard(images http.Handler) (http.Handler, error) {
	if a.credentials == "" {
		return images, nil
	}
	passwords, err := readCredentials(a.credentials)
	if err != nil {
		return nil, err
	}
	switch a.scheme {
	case "basic":
		return a.basic(images, passwords), nil
	case "bearer":
		return a.bearer(images, passwords), nil
	}
	return nil, fmt.Errorf("--auth %q: must be basic or bearer", a.scheme)
}

func readCredentials(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	passwords := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if user, password, ok := strings.Cut(lines.Text(), ":"); ok {
			passwords[user] = password
		}
	}
	return passwords, nil
}

func known(request *http.Request, passwords map[string]string) bool {
	user, given, ok := request.BasicAuth()
	wanted, exists := passwords[user]
	return ok && exists && subtle.ConstantTimeCompare([]byte(given), []byte(wanted)) == 1
}

func isPull(request *http.Request) bool {
	return request.Method == http.MethodGet || request.Method == http.MethodHead
}

func unauthorized(response http.ResponseWriter, challenge string) {
	response.Header().Set("WWW-Authenticate", challenge)
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(http.StatusUnauthorized)
	fmt.Fprintln(response, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`)
}

func (a access) basic(images http.Handler, passwords map[string]string) http.Handler {
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if known(request, passwords) || (a.anonymousPull && isPull(request)) {
			images.ServeHTTP(response, request)
			return
		}
		unauthorized(response, `Basic realm="infragate sandbox"`)
	})
}

var repositoryPath = regexp.MustCompile(`^/v2/(.+)/(?:manifests|blobs|tags|referrers)/`)

// bearer issues tokens at /token and takes only a token whose scope names the repository and the action.
func (a access) bearer(images http.Handler, passwords map[string]string) http.Handler {
	var issued sync.Map // token → scopes, as asked for
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/token" {
			a.issue(response, request, passwords, &issued)
			return
		}
		action, scope := "pull", ""
		if !isPull(request) {
			action = "push"
		}
		if match := repositoryPath.FindStringSubmatch(request.URL.Path); match != nil {
			scope = "repository:" + match[1] + ":"
		}
		if scopes, ok := issued.Load(strings.TrimPrefix(request.Header.Get("Authorization"), "Bearer ")); ok {
			if scope == "" || grants(scopes.([]string), scope, action) {
				images.ServeHTTP(response, request)
				return
			}
		}
		realm := "http"
		if request.TLS != nil {
			realm = "https"
		}
		challenge := fmt.Sprintf(`Bearer realm="%s://%s/token",service="infragate-sandbox"`, realm, request.Host)
		if scope != "" {
			wanted := "pull"
			if action == "push" {
				wanted = "pull,push"
			}
			challenge += fmt.Sprintf(`,scope="%s%s"`, scope, wanted)
		}
		unauthorized(response, challenge)
	})
}

func (a access) issue(response http.ResponseWriter, request *http.Request, passwords map[string]string, issued *sync.Map) {
	scopes := request.URL.Query()["scope"]
	if !known(request, passwords) {
		_, _, offered := request.BasicAuth()
		if offered || !a.anonymousPull {
			unauthorized(response, `Basic realm="infragate sandbox"`)
			return
		}
		for i, scope := range scopes {
			scopes[i] = scope[:strings.LastIndex(scope, ":")+1] + "pull"
		}
	}
	token := rand.Text()
	issued.Store(token, scopes)
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(map[string]any{"token": token, "expires_in": 300})
}

func grants(scopes []string, prefix, action string) bool {
	for _, scope := range scopes {
		// One parameter may hold several scopes, separated by spaces.
		for one := range strings.FieldsSeq(scope) {
			if actions, ok := strings.CutPrefix(one, prefix); ok && strings.Contains(","+actions+",", ","+action+",") {
				return true
			}
		}
	}
	return false
}
