<#
.SYNOPSIS
    Writes the host's inventory, one JSON object a line: host, images, VMs, journals, tombstones, and the outcome.
.DESCRIPTION
    $input | & '<agent>\Get-HostInventory.ps1', with the job as for Invoke-ProvisioningJob.ps1. Changes nothing.
.OUTPUTS
    Strings of JSON.
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

try {
    Set-HvoModuleAlias
    $job = Read-ProvisioningJobDefinition -InputObject $piped -SchemaId 'host-inventory' -AgentFolder $PSScriptRoot
    $context = New-HvoContext -Job $job -AgentFolder $PSScriptRoot
    Get-HvoInventory -Context $context | ForEach-Object { ConvertTo-HvoJson $_ }
    ConvertTo-HvoJson (New-HvoOutcome -Outcome completed -Reason 'Inventory')
} catch {
    ConvertTo-HvoJson (ConvertTo-HvoOutcome -ErrorRecord $_)
}
