function Get-HvoVirtualizationInstance {
    <#
    .SYNOPSIS
        Returns the instances of a class of Hyper-V's. An error about one of them, as of a VM that vanishes, is logged.
    .OUTPUTS
        CimInstances.
    #>
    [CmdletBinding()]
    [OutputType('Microsoft.Management.Infrastructure.CimInstance')]
    param(
        [Parameter(Mandatory = $true)] [string] $ClassName
    )
    $failures = $null
    $found = @(Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName $ClassName -ErrorAction SilentlyContinue `
            -ErrorVariable failures)
    foreach ($failure in @($failures | Where-Object { $null -ne $_ })) {
        if (-not $found.Count) { throw $failure }
        Write-HvoLog -Message "Not all instances of $ClassName could be read: $(Format-HvoError $failure)"
    }
    return $found
}
