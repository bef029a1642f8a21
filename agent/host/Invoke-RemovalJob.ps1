<#
.SYNOPSIS
    Removes a machine: cluster role, VM and folder, and verifies that they are gone.
.DESCRIPTION
    $input | & '<agent>\Invoke-RemovalJob.ps1', with the job as for Invoke-ProvisioningJob.ps1. A VM without the
    machine's mark is kept; disks outside the machine's folder are detached and reported. A tombstone is kept for 30 days.
.OUTPUTS
    String: the outcome, JSON. Step records go to the information stream with the tag HyperVOperator.
#>
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$mode = "$($ExecutionContext.SessionState.LanguageMode)"
if ($mode -ne 'FullLanguage') {
    # Before anything that constrained language does not run, Functions.ps1 first of all.
    $message = "PowerShell runs the agent's scripts in the language mode $mode on this host, and they need FullLanguage."
    return '{"type":"outcome","outcome":"failed","reason":"ConstrainedLanguage","code":"ConstrainedLanguage","message":"' + $message +
        '","vm_id":null,"guest_key":null,"diagnosis":null,"finding":null}'
}
$piped = @($input)
. (Join-Path $PSScriptRoot 'Functions.ps1')

Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-removal' -AgentFolder $PSScriptRoot -Body {
    param($Context)
    Invoke-HvoRemoval -Context $Context
}
