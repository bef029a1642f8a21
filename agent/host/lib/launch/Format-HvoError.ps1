function Format-HvoError {
    <#
    .SYNOPSIS
        Returns the message of an error on one line, at most 300 characters, without its last full stop.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Failure
    )
    # An error variable holds error records, and exceptions of errors that were caught.
    $exception = if ($Failure -is [Exception]) { $Failure } else { $Failure.Exception }
    $text = ([string]$exception.Message -creplace '\s+', ' ').Trim()
    return $text.Substring(0, [Math]::Min(300, $text.Length)).TrimEnd('.')
}
