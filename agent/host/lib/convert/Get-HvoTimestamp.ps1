function Get-HvoTimestamp {
    <#
    .SYNOPSIS
        Returns the current time, or a given one, as RFC 3339 in UTC.
    .OUTPUTS
        String, for example 2026-01-01T00:00:00.000Z
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter()] [DateTime] $Time = [DateTime]::UtcNow
    )
    $invariant = [System.Globalization.CultureInfo]::InvariantCulture
    return $Time.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ss.fff', $invariant) + 'Z'
}
