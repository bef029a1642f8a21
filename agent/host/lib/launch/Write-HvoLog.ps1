function Write-HvoLog {
    <#
    .SYNOPSIS
        Writes a log line, an information record without the tag HyperVOperator. Never pass a secret.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Message
    )
    Write-Information -MessageData $Message
}
