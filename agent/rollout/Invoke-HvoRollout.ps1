function Invoke-HvoRollout {
    <#
    .SYNOPSIS
        Runs one operation of a rollout of the agent: look, receive, activate or prune.
    .DESCRIPTION
        The first string of the pipeline is the operation's header, the others are pieces of files; all are JSON. The host
        only needs the agent's root with agent.json.
    .OUTPUTS
        String: the answer as JSON, also of an operation that failed.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(ValueFromPipeline = $true)] [AllowNull()] [AllowEmptyString()] [string] $InputObject
    )
    begin {
        Set-StrictMode -Version Latest
        $ErrorActionPreference = 'Stop'
        $mode = "$($ExecutionContext.SessionState.LanguageMode)"
        $lines = $null
        # Constrained language runs this much, and no other function of the rollout.
        if ($mode -eq 'FullLanguage') { $lines = [System.Collections.Generic.List[string]]::new() }
    }
    process { if ($null -ne $lines) { $lines.Add($InputObject) } }
    end {
        if ($mode -ne 'FullLanguage') {
            $message = "PowerShell runs the operator's script in the language mode $mode on this host, and it needs FullLanguage."
            return '{"type":"rollout","ok":false,"code":"ConstrainedLanguage","message":"' + $message + '"}'
        }
        try {
            $answer = Invoke-HvoRolloutOperation -Lines $lines.ToArray()
        } catch {
            $answer = ConvertTo-HvoRefusal $_
        }
        ConvertTo-HvoJson $answer
    }
}
