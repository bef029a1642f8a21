function ConvertFrom-HvoRequest {
    <#
    .SYNOPSIS
        Returns the object that a string of the input holds as JSON; fails with InvalidRequest.
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
        Write-HvoLog -Message "The $What is no JSON: $($_.Exception.Message)"
    }
    if (-not ($value -is [System.Management.Automation.PSCustomObject])) {
        Stop-HvoRollout -Code InvalidRequest -Message "The $What of the request is not an object in JSON. Send it as the protocol has it."
    }
    return $value
}
