function Set-HvoProvisioningData {
    <#
    .SYNOPSIS
        Publishes items to a guest: adds missing ones, modifies those that differ, and verifies the result.
    .DESCRIPTION
        AddKvpItems fails as a whole if one of the items exists by then; the items are read again and the call is retried.
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
        if ($try -gt 3) { throw 'The items were accepted and do not exist when they are read back.' }
        try {
            Invoke-HvoKvpMethod -System $System -Method ModifyKvpItems -Items $modify
            Invoke-HvoKvpMethod -System $System -Method AddKvpItems -Items $add
        } catch {
            if ($try -ge 3) { throw }
            Write-HvoLog -Message "The items are read again after: $($_.Exception.Message)"
        }
    }
}
