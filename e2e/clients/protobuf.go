package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiwatch "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
)

// runProtobuf takes protobuf and nothing else, for requests and answers alike: objects, lists in pages, watches, failures,
// metadata of a custom resource, discovery and the OpenAPI document.
func runProtobuf(ctx context.Context, config *rest.Config, namespace string) error {
	strict := rest.CopyConfig(config)
	strict.ContentType = runtime.ContentTypeProtobuf
	strict.AcceptContentTypes = runtime.ContentTypeProtobuf
	clients, err := kubernetes.NewForConfig(strict)
	if err != nil {
		return err
	}
	configMaps := clients.CoreV1().ConfigMaps(namespace)
	watcher, err := configMaps.Watch(ctx, metav1.ListOptions{LabelSelector: "proto=yes"})
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	defer watcher.Stop()
	for _, name := range []string{"p1", "p2", "p3"} {
		created, err := configMaps.Create(ctx, &corev1.ConfigMap{
			ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"proto": "yes"}},
			Data:       map[string]string{"text": "grün"},
			BinaryData: map[string][]byte{"bytes": {0, 255}},
		}, metav1.CreateOptions{})
		if err != nil {
			return fmt.Errorf("create: %w", err)
		}
		event := <-watcher.ResultChan()
		seen, isConfigMap := event.Object.(*corev1.ConfigMap)
		if event.Type != apiwatch.Added || !isConfigMap || seen.ResourceVersion != created.ResourceVersion {
			return fmt.Errorf("the watch saw %v, not %v", event, created)
		}
		report("created", map[string]any{"name": seen.Name, "data": seen.Data, "bytes": seen.BinaryData["bytes"]})
	}
	page, err := configMaps.List(ctx, metav1.ListOptions{LabelSelector: "proto=yes", Limit: 2})
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	rest, err := configMaps.List(ctx, metav1.ListOptions{LabelSelector: "proto=yes", Continue: page.Continue})
	if err != nil {
		return fmt.Errorf("list: %w", err)
	}
	report("listed", map[string]any{"first": len(page.Items), "rest": len(rest.Items)})
	_, err = configMaps.Get(ctx, "none", metav1.GetOptions{})
	report("failed", map[string]any{"notFound": apierrors.IsNotFound(err)})
	if err := configMaps.Delete(ctx, "p1", metav1.DeleteOptions{}); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	metadataClient, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	widgets := schema.GroupVersionResource{Group: "e2e.keelson.dev", Version: "v1", Resource: "widgets"}
	partial, err := metadataClient.Resource(widgets).Namespace(namespace).List(ctx, metav1.ListOptions{})
	if err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	names := []string{}
	for _, item := range partial.Items {
		names = append(names, item.Name)
	}
	report("metadata", map[string]any{"names": names})
	document, err := clients.Discovery().OpenAPISchema()
	if err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	definitions := map[string]int{}
	for _, named := range document.Definitions.AdditionalProperties {
		if properties := named.Value.Properties; properties != nil {
			definitions[named.Name] = len(properties.AdditionalProperties)
		}
	}
	operations := 0
	for _, path := range document.Paths.Path {
		if path.Value.Patch != nil && len(path.Value.Patch.Parameters) > 0 {
			operations++
		}
	}
	report("openapi", map[string]any{
		"swagger": document.Swagger, "configMap": definitions["io.k8s.api.core.v1.ConfigMap"] > 4, "patches": operations > 5,
	})
	<-ctx.Done()
	return nil
}
