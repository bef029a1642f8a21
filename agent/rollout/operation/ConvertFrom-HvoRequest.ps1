function ConvertFrom-HvoRequest {
    <#
    .SYNOPSIS
        Returns the JSON object in a string of the input; fails with InvalidRequest for any other text.
    .OUTPUTS
        Object.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Text,
        [Parameter(Mandatory = $true)] [string] $What
    )
    $value = $null
    try {
        $value = ConvertFrom-Json -InputObject $Text
    } catch {
        Write-HvoLog -Message "The $What is not JSON: $($_.Exception.Message)"
    }
    if (-not ($value -is [System.Management.Automation.PSCustomObject])) {
        Stop-HvoRollout -Code InvalidRequest -Message "The $What of the request is not an object in JSON."
    }
    return $value
}
