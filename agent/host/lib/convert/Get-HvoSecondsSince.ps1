function Get-HvoSecondsSince {
    <#
    .SYNOPSIS
        Returns the whole seconds since a timestamp of the agent's, or null without a timestamp.
    .OUTPUTS
        Int64, or null.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter()] [AllowNull()] [object] $Timestamp
    )
    $time = ConvertFrom-HvoTimestamp $Timestamp
    if ($null -eq $time) { return $null }
    return [long][Math]::Floor(([DateTime]::UtcNow - $time).TotalSeconds)
}
