<#
.SYNOPSIS
    Provisions a VM: runs one launch of the job in the pipeline.
.DESCRIPTION
    $input | & '<agent>\Invoke-ProvisioningJob.ps1': the only input is the job, compact JSON in UTF-8, base64. Each launch
    skips the finished steps; it can be killed anywhere. Secrets in the environment variables HVO_SECRET_<FIELD> of the
    process are read and cleared at once.
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

$secrets = Read-HvoSecret
Invoke-HvoLaunch -InputObject $piped -SchemaId 'vm-provisioning' -AgentFolder $PSScriptRoot -Secrets $secrets -Body {
    param($Context)
    Invoke-HvoProvisioning -Context $Context
}
