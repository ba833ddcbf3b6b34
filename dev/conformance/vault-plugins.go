// Serves two of Vault's own plugins over its HTTP API on loopback: the JWT auth method at auth/jwt and a KV engine of
// version 2 at secret, one of version 1 at kv1. What stands between them in Vault is here only as far as they need it: a token lives from its login
// until it is revoked, and may read everything. Policies and namespaces there are none.
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	jwtauth "github.com/hashicorp/vault-plugin-auth-jwt"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/sdk/logical"
)

const (
	authMount = "auth/jwt/"
	kvMount   = "secret/"
	day       = 24 * time.Hour
)

type mount struct {
	backend logical.Backend
	storage logical.Storage
}

var (
	ctx    = context.Background()
	mounts = map[string]mount{}
	lock   sync.Mutex
	tokens = map[string]bool{os.Getenv("VAULT_TOKEN"): true}
)

func main() {
	mounts[authMount] = newMount(jwtauth.Factory, nil)
	mounts[kvMount] = newMount(kv.Factory, map[string]string{"version": "2"})
	mounts["kv1/"] = newMount(kv.Factory, nil)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(serve)))
}

func newMount(factory logical.Factory, config map[string]string) mount {
	storage := &logical.InmemStorage{}
	backend, err := factory(ctx, &logical.BackendConfig{
		StorageView: storage,
		Logger:      hclog.New(&hclog.LoggerOptions{Output: os.Stderr}),
		System:      &logical.StaticSystemView{DefaultLeaseTTLVal: 32 * day, MaxLeaseTTLVal: 32 * day},
		BackendUUID: "00000000-0000-4000-8000-000000000000",
		Config:      config,
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := backend.Initialize(ctx, &logical.InitializationRequest{Storage: storage}); err != nil {
		log.Fatal(err)
	}
	return mount{backend, storage}
}

func serve(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/v1/")
	token := r.Header.Get("X-Vault-Token")
	lock.Lock()
	alive := tokens[token]
	if path == "auth/token/revoke-self" && alive {
		delete(tokens, token)
	}
	lock.Unlock()
	isLogin := path == authMount+"login"
	switch {
	case path == "sys/health":
		send(w, http.StatusOK, map[string]any{"initialized": true})
	case !isLogin && !alive:
		send(w, http.StatusForbidden, map[string]any{"errors": []string{"permission denied"}})
	case path == "auth/token/revoke-self":
		w.WriteHeader(http.StatusNoContent)
	default:
		handle(w, r, path)
	}
}

// handle passes a request on as Vault's core does: create where nothing is there yet, and its statuses and texts.
func handle(w http.ResponseWriter, r *http.Request, path string) {
	for prefix, at := range mounts {
		rest, found := strings.CutPrefix(path, prefix)
		if !found {
			continue
		}
		request := &logical.Request{
			Operation:  logical.ReadOperation,
			Path:       rest,
			MountPoint: prefix,
			Storage:    at.storage,
			Connection: &logical.Connection{RemoteAddr: "127.0.0.1"},
		}
		switch r.Method {
		case http.MethodPost, http.MethodPut:
			request.Operation = logical.UpdateOperation
			if err := json.NewDecoder(r.Body).Decode(&request.Data); err != nil {
				send(w, http.StatusBadRequest, map[string]any{"errors": []string{err.Error()}})
				return
			}
			if checked, exists, err := at.backend.HandleExistenceCheck(ctx, request); err == nil && checked && !exists {
				request.Operation = logical.CreateOperation
			}
		case http.MethodDelete:
			request.Operation = logical.DeleteOperation
		}
		response, err := at.backend.HandleRequest(ctx, request)
		respond(w, request, response, err)
		return
	}
	send(w, http.StatusNotFound, map[string]any{"errors": []string{"no handler for route \"" + path + "\". route entry not found."}})
}

func respond(w http.ResponseWriter, request *logical.Request, response *logical.Response, err error) {
	status, err := logical.RespondErrorCommon(request, response, err)
	if err != nil {
		send(w, status, map[string]any{"errors": []string{err.Error()}})
		return
	}
	if response == nil {
		if status == 0 {
			status = http.StatusNoContent
			w.WriteHeader(status)
			return
		}
		send(w, status, map[string]any{"errors": []string{}})
		return
	}
	if raw, ok := response.Data[logical.HTTPRawBody]; ok {
		w.WriteHeader(response.Data[logical.HTTPStatusCode].(int))
		switch body := raw.(type) {
		case []byte:
			w.Write(body)
		case string:
			w.Write([]byte(body))
		}
		return
	}
	if status == 0 {
		status = http.StatusOK
	}
	body := map[string]any{"data": response.Data, "warnings": response.Warnings}
	if response.Auth != nil {
		body["auth"] = authOf(response.Auth)
	}
	if status == http.StatusNotFound {
		body = map[string]any{"errors": []string{}, "warnings": response.Warnings}
	}
	send(w, status, body)
}

// authOf makes the token that a login asks for.
func authOf(auth *logical.Auth) map[string]any {
	random := make([]byte, 16)
	rand.Read(random)
	token := "hvs." + hex.EncodeToString(random)
	policies := auth.Policies
	if !auth.NoDefaultPolicy {
		policies = append([]string{"default"}, policies...)
	}
	lock.Lock()
	tokens[token] = true
	lock.Unlock()
	kind := "service"
	if auth.TokenType == logical.TokenTypeBatch {
		kind = "batch"
	}
	ttl := auth.TTL
	if ttl == 0 {
		ttl = 32 * day
	}
	return map[string]any{
		"client_token":   token,
		"policies":       policies,
		"token_policies": policies,
		"metadata":       auth.Metadata,
		"lease_duration": int(ttl.Seconds()),
		"renewable":      auth.Renewable,
		"token_type":     kind,
		"num_uses":       auth.NumUses,
	}
}

func send(w http.ResponseWriter, status int, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}
