function Get-HvoJobFailure {
    <#
    .SYNOPSIS
    Makes the outcome of a job that cannot be started.
    .PARAMETER Code
    A code of the agent's closed list.
    .PARAMETER Message
    What happened, and what to do.
    .OUTPUTS
    System.String: JSON.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [ValidateSet('InvalidDefinition', 'SchemaMismatch', 'Internal')] [string] $Code,
        [Parameter(Mandatory = $true)] [string] $Message
    )
    $outcome = [ordered]@{
        type = 'outcome'; outcome = 'failed'; reason = $Code; code = $Code; message = $Message; retryable = $false
        vm_id = $null; guest_key = $null; diagnosis = $null
    }
    ConvertTo-Json -InputObject $outcome -Compress
}
