function Set-HvoProvisioningData {
    <#
    .SYNOPSIS
        Makes items be what the host has for a guest: adds those that are missing, modifies those that differ.
    .DESCRIPTION
        Adding fails as a whole where one is there meanwhile; then it is looked once more.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [object] $System,
        [Parameter(Mandatory = $true)] [string] $VmId,
        [Parameter(Mandatory = $true)] [System.Collections.IDictionary] $Items
    )
    for ($try = 1; ; $try++) {
        $present = Get-HvoProvisioningData -VmId $VmId
        $add = @()
        $modify = @()
        foreach ($name in $Items.Keys) {
            $text = ConvertTo-HvoKvpItem -Name $name -Data $Items[$name]
            if (-not $present.ContainsKey($name)) {
                $add += $text
            } elseif ($present[$name] -cne $Items[$name]) {
                $modify += $text
            }
        }
        if (-not $add.Count -and -not $modify.Count) { return }
        if ($try -gt 3) { throw 'The items were taken and are not there when they are read back.' }
        try {
            Invoke-HvoKvpMethod -System $System -Method ModifyKvpItems -Items $modify
            Invoke-HvoKvpMethod -System $System -Method AddKvpItems -Items $add
        } catch {
            if ($try -ge 3) { throw }
            Write-HvoLog -Message "The items are looked at once more: $($_.Exception.Message)"
        }
    }
}
