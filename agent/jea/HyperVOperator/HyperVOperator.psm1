# The module of the endpoint: it exports the agent's Invoke-HvoJob. endpoint.json holds the agent's folder, which is fixed when the
# endpoint is registered; no input changes it. Without the agent the command does not exist, and the operator reports that.
Set-StrictMode -Version Latest

$mode = "$($ExecutionContext.SessionState.LanguageMode)"
if ($mode -ne 'FullLanguage') {
    # Application control does not trust this module. Constrained language runs this much, and the operator reports the cause.
    function Invoke-HvoJob {
        <#
        .SYNOPSIS
            Answers every job with the outcome ConstrainedLanguage.
        .OUTPUTS
            String: the outcome, JSON.
        #>
        [CmdletBinding()]
        [OutputType([string])]
        param(
            [Parameter(Mandatory = $true, ValueFromPipeline = $true)] [string] $InputObject
        )
        end {
            $message = "PowerShell runs the endpoint's module in the language mode $mode on this host, and it needs FullLanguage."
            return '{"type":"outcome","outcome":"failed","reason":"ConstrainedLanguage","code":"ConstrainedLanguage","message":"' + $message +
                '","vm_id":null,"guest_key":null,"diagnosis":null,"finding":null}'
        }
    }
    Export-ModuleMember -Function 'Invoke-HvoJob'
    return
}

# The endpoint loads no module by itself. Modules loaded here are invisible in the session. FailoverClusters exists on nodes of
# failover clusters only.
Import-Module -Name 'CimCmdlets', 'Hyper-V', 'FailoverClusters', 'ScheduledTasks', 'Microsoft.WSMan.Management',
    'Microsoft.PowerShell.Security' -ErrorAction Ignore

# Such a session replaces these commands by limited functions. The agent runs in this module's scope and gets the commands.
Set-Alias -Name 'Get-Command' -Value 'Microsoft.PowerShell.Core\Get-Command'
Set-Alias -Name 'Measure-Object' -Value 'Microsoft.PowerShell.Utility\Measure-Object'
Set-Alias -Name 'Select-Object' -Value 'Microsoft.PowerShell.Utility\Select-Object'

$endpoint = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($PSScriptRoot, 'endpoint.json')) | ConvertFrom-Json
$command = [System.IO.Path]::Combine($endpoint.agent, 'Invoke-HvoJob.ps1')
if ([System.IO.File]::Exists($command)) { . $command }
Export-ModuleMember -Function 'Invoke-HvoJob'
