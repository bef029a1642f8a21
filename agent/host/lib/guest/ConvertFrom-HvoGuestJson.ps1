function ConvertFrom-HvoGuestJson {
    <#
    .SYNOPSIS
        Returns the JSON object that a guest posted, or null for any other text. The guest is not trusted.
    .OUTPUTS
        Object, or null.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter()] [AllowNull()] [AllowEmptyString()] [string] $Text
    )
    if (-not $Text -or $Text.Length -gt 1000) { return $null }
    try { $value = ConvertFrom-Json -InputObject $Text } catch { return $null }
    if ($value -is [System.Management.Automation.PSCustomObject]) { return $value }
    return $null
}
