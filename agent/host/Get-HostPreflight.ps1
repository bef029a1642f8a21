<#
.SYNOPSIS
    Writes what the host lacks to run machines, one JSON object a line: the time, a line for each row, and the outcome.
.DESCRIPTION
    $input | & '<agent>\Get-HostPreflight.ps1', with a job of the schema host-preflight. Changes nothing and writes no file. A row that
    cannot be read is unknown and says why; the others are there all the same.
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
    $job = Read-ProvisioningJobDefinition -InputObject $piped -SchemaId 'host-preflight' -AgentFolder $PSScriptRoot
    Assert-HvoHostIdentity -Job $job
    Get-HvoPreflight -Job $job -AgentFolder $PSScriptRoot | ForEach-Object { ConvertTo-HvoJson $_ }
    ConvertTo-HvoJson (New-HvoOutcome -Outcome completed -Reason 'Preflight')
} catch {
    ConvertTo-HvoJson (ConvertTo-HvoOutcome -ErrorRecord $_)
}
