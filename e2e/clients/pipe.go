package main

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/conversion"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
)

// Pipe is a custom resource in two versions, of which v1 is the hub.
type Pipe struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              PipeSpec `json:"spec"`
}

type PipeSpec struct {
	Length int64  `json:"length"`
	Color  string `json:"color,omitempty"`
}

func (*Pipe) Hub() {}

func (in *Pipe) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

// OldPipe is Pipe in v1beta1, which calls the length otherwise.
type OldPipe struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              OldPipeSpec `json:"spec"`
}

type OldPipeSpec struct {
	Size  int64  `json:"size"`
	Color string `json:"color,omitempty"`
}

func (in *OldPipe) DeepCopyObject() runtime.Object {
	out := *in
	in.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return &out
}

func (in *OldPipe) ConvertTo(hub conversion.Hub) error {
	out := hub.(*Pipe)
	out.ObjectMeta = in.ObjectMeta
	out.Spec = PipeSpec{Length: in.Spec.Size, Color: in.Spec.Color}
	return nil
}

func (in *OldPipe) ConvertFrom(hub conversion.Hub) error {
	from := hub.(*Pipe)
	in.ObjectMeta = from.ObjectMeta
	in.Spec = OldPipeSpec{Size: from.Spec.Length, Color: from.Spec.Color}
	return nil
}

func addPipes(scheme *runtime.Scheme) {
	scheme.AddKnownTypeWithName(groupVersion.WithKind("Pipe"), &Pipe{})
	scheme.AddKnownTypeWithName(schema.GroupVersionKind{Group: groupVersion.Group, Version: "v1beta1", Kind: "Pipe"}, &OldPipe{})
	metav1.AddToGroupVersion(scheme, groupVersion)
}

// pipeRules gives pipes a color, and refuses those that would become shorter.
type pipeRules struct{}

func (pipeRules) Default(_ context.Context, pipe *Pipe) error {
	if pipe.Spec.Color == "" {
		pipe.Spec.Color = "grey"
	}
	return nil
}

func (pipeRules) ValidateCreate(_ context.Context, pipe *Pipe) (admission.Warnings, error) {
	if pipe.Spec.Length <= 0 {
		return nil, fmt.Errorf("a pipe of length %d is none", pipe.Spec.Length)
	}
	if pipe.Spec.Length > 100 {
		return admission.Warnings{"that is long"}, nil
	}
	return nil, nil
}

func (pipeRules) ValidateUpdate(_ context.Context, old, pipe *Pipe) (admission.Warnings, error) {
	if pipe.Spec.Length < old.Spec.Length {
		return nil, fmt.Errorf("cut from %d to %d", old.Spec.Length, pipe.Spec.Length)
	}
	return nil, nil
}

func (pipeRules) ValidateDelete(_ context.Context, pipe *Pipe) (admission.Warnings, error) {
	if pipe.Labels["keep"] == "yes" {
		return nil, fmt.Errorf("%s is kept", pipe.Name)
	}
	return nil, nil
}
