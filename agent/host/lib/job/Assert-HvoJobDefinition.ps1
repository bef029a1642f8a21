function Assert-HvoJobDefinition {
    <#
    .SYNOPSIS
        Fails with InvalidDefinition if a key of the job is missing or does not have the schema's form.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $Job
    )
    $wrong = [System.Collections.Generic.List[string]]::new()
    $uuid = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    if ($Job.schema.id -eq 'host-inventory') {
        if ([string](Get-HvoProperty $Job 'cluster_uid') -cnotmatch $uuid) { $wrong.Add('cluster_uid') }
    } elseif ($Job.schema.id -ne 'host-preflight') {
        $run = Get-HvoProperty $Job 'run'
        foreach ($key in 'id', 'machine_uid', 'cluster_uid') {
            if ([string](Get-HvoProperty $run $key) -cnotmatch $uuid) { $wrong.Add("run.$key") }
        }
        foreach ($key in 'generation', 'attempt', 'deadline_seconds', 'wait_seconds') {
            if (-not (Test-HvoInteger -Value (Get-HvoProperty $run $key) -Minimum 0 -Maximum 2147483647)) { $wrong.Add("run.$key") }
        }
    }
    if ($null -eq (Get-HvoProperty $Job 'host')) { $wrong.Add('host') }
    Get-HvoInvalidIdentityKey -Job $Job | ForEach-Object { $wrong.Add($_) }
    switch ($Job.schema.id) {
        'vm-provisioning' {
            Get-HvoInvalidField -Fields (Get-HvoProperty $Job 'fields') | ForEach-Object { $wrong.Add($_) }
            $lost = Get-HvoProperty $Job 'lost_vm_id'
            if ($null -ne $lost -and [string]$lost -cnotmatch $uuid) { $wrong.Add('lost_vm_id') }
        }
        'vm-removal' { if ($null -eq (Get-HvoProperty $Job 'machine')) { $wrong.Add('machine') } }
        'vm-update' { Get-HvoInvalidUpdateKey -Job $Job | ForEach-Object { $wrong.Add($_) } }
    }
    if ($wrong.Count) {
        Stop-HvoLaunch -Code InvalidDefinition -Message ("These keys of the job are missing or do not have the " +
            "schema's form: $($wrong -join ', ').")
    }
}
