// The programs of a light node: what kind, and whoever works with its nodes, calls there (kubeadm, kubectl, systemctl), and an
// API server that answers /readyz and nothing else. A cluster of such nodes is made in a second, by the real kind on the real
// Docker, for tests of all that lies outside of it.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	kubernetes = "/etc/kubernetes"
	authority  = kubernetes + "/pki/ca"
)

func main() {
	var err error
	switch filepath.Base(os.Args[0]) {
	case "init":
		err = runNode()
	case "kubeadm":
		err = kubeadm(os.Args[1:])
	case "envoy":
		err = balance()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// runNode says what kind waits for, and serves as soon as there is an authority.
func runNode() error {
	fmt.Println("detected cgroup v1")
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.Signal(37), syscall.SIGHUP, syscall.SIGCHLD)
	go func() {
		for serve() != nil {
			time.Sleep(20 * time.Millisecond)
		}
	}()
	for received := range signals {
		if received != syscall.SIGCHLD && received != syscall.SIGHUP {
			return nil
		}
	}
	return nil
}

func serve() error {
	// Written when kubeadm has ended: what is half-made does not answer.
	if _, err := os.Stat(kubernetes + "/admin.conf"); err != nil {
		return err
	}
	certificate, err := issue("kube-apiserver", nil, 24*time.Hour)
	if err != nil {
		return err
	}
	answer := http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) { writer.Write([]byte("ok")) })
	server := http.Server{Addr: ":6443", Handler: answer, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}}
	return server.ListenAndServeTLS("", "")
}

func kubeadm(arguments []string) error {
	command := strings.Join(arguments, " ")
	switch {
	case strings.HasPrefix(command, "init"):
		if err := makeAuthority(); err != nil {
			return err
		}
		if err := os.MkdirAll("/var/lib/etcd", 0o700); err != nil {
			return err
		}
		// kind hands them to further control planes.
		for _, name := range []string{"front-proxy-ca.crt", "front-proxy-ca.key", "sa.pub", "sa.key", "etcd/ca.crt", "etcd/ca.key"} {
			place := filepath.Join(kubernetes, "pki", name)
			if err := os.MkdirAll(filepath.Dir(place), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(place, []byte("light\n"), 0o600); err != nil {
				return err
			}
		}
		text, err := kubeconfig("kubernetes-admin", []string{"system:masters"}, 24*time.Hour)
		if err != nil {
			return err
		}
		for _, name := range []string{"admin.conf", "super-admin.conf"} {
			if err := os.WriteFile(filepath.Join(kubernetes, name), text, 0o600); err != nil {
				return err
			}
		}
		return nil
	case strings.HasPrefix(command, "kubeconfig user"):
		validity, err := time.ParseDuration(option(arguments, "--validity-period="))
		if err != nil {
			return err
		}
		text, err := kubeconfig(option(arguments, "--client-name="), []string{option(arguments, "--org=")}, validity)
		os.Stdout.Write(text)
		return err
	case strings.HasPrefix(command, "token create"):
		fmt.Println("abcdef.0123456789abcdef")
		return nil
	case strings.HasPrefix(command, "join"):
		return nil
	}
	return fmt.Errorf("kubeadm %s is not known here", command)
}

func option(arguments []string, prefix string) string {
	for _, argument := range arguments {
		if value, found := strings.CutPrefix(argument, prefix); found {
			return value
		}
	}
	return ""
}

// makeAuthority keeps the one that is there, as kubeadm does.
func makeAuthority() error {
	if _, err := os.Stat(authority + ".key"); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	template := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "kubernetes"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: now.Add(-time.Minute), NotAfter: now.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(authority), 0o755); err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(authority+".crt", encode("CERTIFICATE", der), 0o644); err != nil {
		return err
	}
	return os.WriteFile(authority+".key", encode("EC PRIVATE KEY", secret), 0o600)
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func issue(name string, groups []string, validity time.Duration) (tls.Certificate, error) {
	signer, err := tls.LoadX509KeyPair(authority+".crt", authority+".key")
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name, Organization: groups},
		NotBefore: now.Add(-time.Minute), NotAfter: now.Add(validity), KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:    []string{"localhost", "kubernetes"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, signer.Leaf, key.Public(), signer.PrivateKey)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func kubeconfig(name string, groups []string, validity time.Duration) ([]byte, error) {
	certificate, err := issue(name, groups, validity)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalECPrivateKey(certificate.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		return nil, err
	}
	ca, err := os.ReadFile(authority + ".crt")
	if err != nil {
		return nil, err
	}
	base64Of := base64.StdEncoding.EncodeToString
	text := `apiVersion: v1
kind: Config
clusters:
- name: kubernetes
  cluster: {server: "https://HOST:6443", certificate-authority-data: CA}
users:
- name: NAME
  user: {client-certificate-data: CERTIFICATE, client-key-data: KEY}
contexts:
- name: NAME@kubernetes
  context: {cluster: kubernetes, user: NAME}
current-context: NAME@kubernetes
`
	host, _ := os.Hostname()
	return []byte(strings.NewReplacer("HOST", host, "CERTIFICATE", base64Of(encode("CERTIFICATE", certificate.Certificate[0])),
		"CA", base64Of(ca), "NAME", name, "KEY", base64Of(encode("EC PRIVATE KEY", secret))).Replace(text)), nil
}
