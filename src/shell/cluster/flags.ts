import { type Words, words } from '../text.ts';

/** Options of kubectl, oc and helm that take the next word (`--dry-run` and `--cascade` don't: pflag's NoOptDefVal). */
export const KUBECTL_VALUE_FLAGS: Words = words(
  '-n --namespace --context --cluster --user --kubeconfig -s --server --token --as --as-group --as-uid --as-user-extra ' +
    '--certificate-authority --client-certificate --client-key --request-timeout --tls-server-name --cache-dir --username ' +
    '--password -v --v --vmodule --profile --profile-output --log-file --log-dir --kuberc ' +
    '-f --filename -k --kustomize -l --selector --field-selector -o --output -p --patch --patch-file --type --image --port ' +
    '--target-port --name --replicas --current-replicas --timeout --grace-period --to-revision --revision -c ' +
    '--container --from-literal --from-file --from-env-file --field-manager --template --sort-by -L --label-columns ' +
    '--overrides --override-type --env -e --labels --annotations --command-file --verb --verbs --resource --resource-name ' +
    '--resource-version --api-group --clusterrole --role --serviceaccount --group --subresource --for --tail --since ' +
    '--since-time --limit --limits --requests --hard --scopes --min --max --cpu --cpu-percent --memory --protocol --external-ip ' +
    '--load-balancer-ip --session-affinity --schedule --restart --duration --interval --audience --bound-object-kind ' +
    '--bound-object-name --cert --key --docker-server --docker-username --docker-password --docker-email --max-log-requests ' +
    '--pod-running-timeout --chunk-size --raw --prune-allowlist --keys --dest-namespace --class --rule --default-backend ' +
    '--description --value --tcp --node-port --clusterip --local-port --param --param-file --image-stream --docker-image ' +
    '--strategy --context-dir --source-image --to --from --from-build --from-dir --from-repo --wait-for --concurrency --period ' +
    '--to-user -z --rolebinding-name --since-resource-version --target --set-image --copy-to --display-name --claim-name ' +
    '--claim-size --mount-path --sub-path --configmap-name --secret-name --claim-class --reason --message ' +
    // helm
    '--values --set --set-string --set-file --set-json --set-literal --version --repo --kube-context --kube-token ' +
    '--kube-as-user --kube-as-group --kube-apiserver --kube-ca-file --kube-tls-server-name --registry-config ' +
    '--repository-config --repository-cache --history-max --post-renderer --post-renderer-args --keyring --burst-limit --qps ' +
    '--output-dir --name-template --ca-file --cert-file --key-file --history --devel-version --destination -d',
);

/** Of `logs`, -f follows and -p shows the one before: neither takes a value. */
export const LOGS_VALUE_FLAGS: Words = new Set(
  [...KUBECTL_VALUE_FLAGS].filter((flag) => flag !== '-f' && flag !== '-p'),
);
