function Write-HvoLog {
    <#
    .SYNOPSIS
        Writes a log line: an information record without the agent's tag. It never holds a secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Message
    )
    Write-Information -MessageData $Message
}
