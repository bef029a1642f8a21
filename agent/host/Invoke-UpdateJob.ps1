<#
.SYNOPSIS
    Sets CPU, memory and power state of a provisioned machine's VM as the job says.
.DESCRIPTION
    $input | & '<agent>\Invoke-UpdateJob.ps1', with the job as for Invoke-ProvisioningJob.ps1. A change that
    requires the VM to be off shuts its guest down and starts it again; a guest that does not shut down is left running.
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

Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-update' -AgentFolder $PSScriptRoot -Body {
    param($Context)
    Invoke-HvoUpdate -Context $Context
}
