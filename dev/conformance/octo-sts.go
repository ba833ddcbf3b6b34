// Serves the Octo STS server on loopback. Its own program listens on every address and wants a key in Google's KMS or a
// file; everything that decides is its packages.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"strconv"

	pboidc "chainguard.dev/sdk/proto/platform/oidc/v1"
	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/octo-sts/app/pkg/ghinstall"
	"github.com/octo-sts/app/pkg/octosts"
)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	app := must(strconv.ParseInt(os.Getenv("GITHUB_APP_IDS"), 10, 64))
	key := os.Getenv("APP_SECRET_CERTIFICATE_FILE")
	transport := must(ghinstallation.NewAppsTransportKeyFromFile(http.DefaultTransport, app, key))
	manager := must(ghinstall.New(transport))
	managers := ghinstall.NewRoundRobin([]ghinstall.Manager{manager})
	domain := os.Getenv("STS_DOMAIN")
	server := octosts.NewSecurityTokenServiceServer(managers, nil, 1, nil, domain, false)
	mux := runtime.NewServeMux()
	if err := pboidc.RegisterSecurityTokenServiceHandlerServer(context.Background(), mux, server); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), mux))
}
