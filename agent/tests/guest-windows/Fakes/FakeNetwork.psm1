# The commands of Windows' CDXML modules (NetTCPIP, NetAdapter, DnsClient, ScheduledTasks) on the machine in memory. As there, they
# are functions of a script module: they see the error preference of the global scope and their own -ErrorAction, and nothing of
# the script that calls them (about_Preference_Variables; PowerShell/PowerShell#4568 and #24389).
. "$PSScriptRoot/FakeMachine.ps1"

function Invoke-FakeNetworkChange {
    <#
    .SYNOPSIS
        Makes a change, or writes the error that Failures has for the command; it is not terminating by itself.
    #>
    [CmdletBinding()]
    param([string] $Name, [scriptblock] $Script)
    Assert-FakeAlive
    if ($global:HvoFake.Failures[$Name] -gt 0) {
        $global:HvoFake.Failures[$Name]--
        Write-Error -Message 'Access is denied.' -ErrorId 'Windows System Error 5' -Category PermissionDenied
        return
    }
    Invoke-FakeChange $Name $Script
}

function Write-FakeNotFound {
    <#
    .SYNOPSIS
        Writes the error of a query that matches no object, as Microsoft.PowerShell.Cmdletization does.
    #>
    [CmdletBinding()]
    param([string] $Class)
    Write-Error -Message "No matching MSFT_$Class objects found by CIM query." -ErrorId "CmdletizationQuery_NotFound" -Category ObjectNotFound
}

function Step-FakeLease {
    <#
    .SYNOPSIS
        Lets Windows drop the lease once it has been looked at LeaseLooks times. LeaseTakes is how often it takes a static address
        that equals the lease along, LeaseTakesAfter how many seconds later.
    #>
    $fake = $global:HvoFake
    if ($fake.Dhcp -eq 'Enabled') { return }
    if ($fake.LeaseLooks -gt 0) { $fake.LeaseLooks--; return }
    $fake.Addresses = @($fake.Addresses | Where-Object { $_.PrefixOrigin -ne 'Dhcp' })
    if ($fake.LeaseTakes -le 0 -or $fake.Slept -lt $fake.LeaseTakesAt) { return }
    $equal = @($fake.Addresses | Where-Object { $_.IPAddress -eq $fake.Lease })
    if ($equal.Count -eq 0) { return }
    $fake.LeaseTakes--
    $fake.Addresses = @($fake.Addresses | Where-Object { $_.IPAddress -ne $fake.Lease })
}

function Get-NetAdapter {
    [CmdletBinding()]
    param([switch] $Physical)
    Assert-FakeAlive
    foreach ($adapter in $global:HvoFake.Adapters) { [PSCustomObject]$adapter }
}

function Get-NetIPInterface {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex, [string[]] $AddressFamily)
    Assert-FakeAlive
    [PSCustomObject]@{ Dhcp = $global:HvoFake.Dhcp }
}

function Set-NetIPInterface {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex, [string[]] $AddressFamily, [string] $Dhcp)
    Invoke-FakeNetworkChange 'Set-NetIPInterface' {
        $global:HvoFake.Dhcp = $Dhcp
        $global:HvoFake.LeaseTakesAt = $global:HvoFake.Slept + $global:HvoFake.LeaseTakesAfter
        $global:HvoFake.Routes = @()
    }
}

function Get-NetIPAddress {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex, [string[]] $AddressFamily, [string[]] $IPAddress)
    Assert-FakeAlive
    Step-FakeLease
    $all = @(@{ InterfaceIndex = 1; AddressFamily = 'IPv4'; IPAddress = '127.0.0.1'; PrefixLength = 8; PrefixOrigin = 'WellKnown'
            AddressState = 'Preferred' })
    $all += foreach ($address in $global:HvoFake.Addresses) { $address + @{ InterfaceIndex = 7; AddressFamily = 'IPv4' } }
    $all += @{ InterfaceIndex = 7; AddressFamily = 'IPv6'; IPAddress = 'fe80::1%7'; PrefixLength = 64; PrefixOrigin = 'WellKnown'
        AddressState = 'Preferred'
    }
    $found = $false
    foreach ($one in $all) {
        if ($InterfaceIndex -and $one.InterfaceIndex -ne $InterfaceIndex[0]) { continue }
        if ($AddressFamily -and $one.AddressFamily -ne $AddressFamily[0]) { continue }
        if ($IPAddress -and $one.IPAddress -ne $IPAddress[0]) { continue }
        [PSCustomObject]$one
        $found = $true
    }
    if (-not $found) { Write-FakeNotFound -Class NetIPAddress }
}

function New-NetIPAddress {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [uint32] $InterfaceIndex, [Parameter(Mandatory)] [string] $IPAddress, [byte] $PrefixLength
    )
    if (@($global:HvoFake.Addresses | Where-Object { $_.IPAddress -eq $IPAddress }).Count -gt 0) {
        Write-Error -Message 'Instance MSFT_NetIPAddress already exists' -ErrorId 'Windows System Error 5010' -Category ResourceExists
        return
    }
    Invoke-FakeNetworkChange 'New-NetIPAddress' {
        $new = @{ IPAddress = $IPAddress; PrefixLength = $PrefixLength; PrefixOrigin = 'Manual'; AddressState = $global:HvoFake.AddressState }
        $global:HvoFake.Addresses += $new
    }
}

function Remove-NetIPAddress {
    [CmdletBinding(SupportsShouldProcess)]
    param([uint32[]] $InterfaceIndex, [string[]] $IPAddress)
    Assert-FakeAlive
    # What is gone since it was listed is not found.
    Step-FakeLease
    if (@($global:HvoFake.Addresses | Where-Object { $_.IPAddress -eq $IPAddress[0] }).Count -eq 0) {
        Write-FakeNotFound -Class NetIPAddress
        return
    }
    Invoke-FakeNetworkChange 'Remove-NetIPAddress' {
        $global:HvoFake.Addresses = @($global:HvoFake.Addresses | Where-Object { $_.IPAddress -ne $IPAddress[0] })
    }
}

function Get-NetRoute {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex, [string[]] $DestinationPrefix)
    Assert-FakeAlive
    $all = @(@{ InterfaceIndex = 1; DestinationPrefix = '127.0.0.0/8'; NextHop = '0.0.0.0' })
    $all += foreach ($hop in $global:HvoFake.Routes) { @{ InterfaceIndex = 7; DestinationPrefix = '0.0.0.0/0'; NextHop = $hop } }
    $found = $false
    foreach ($one in $all) {
        if ($InterfaceIndex -and $one.InterfaceIndex -ne $InterfaceIndex[0]) { continue }
        if ($DestinationPrefix -and $one.DestinationPrefix -ne $DestinationPrefix[0]) { continue }
        [PSCustomObject]$one
        $found = $true
    }
    if (-not $found) { Write-FakeNotFound -Class NetRoute }
}

function New-NetRoute {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [uint32] $InterfaceIndex, [Parameter(Mandatory)] [string] $DestinationPrefix, [string] $NextHop)
    Invoke-FakeNetworkChange 'New-NetRoute' { $global:HvoFake.Routes += $NextHop }
}

function Remove-NetRoute {
    [CmdletBinding(SupportsShouldProcess)]
    param([uint32[]] $InterfaceIndex, [string[]] $DestinationPrefix, [string[]] $NextHop)
    if ($global:HvoFake.Routes -notcontains $NextHop[0]) {
        Write-FakeNotFound -Class NetRoute
        return
    }
    Invoke-FakeNetworkChange 'Remove-NetRoute' {
        $global:HvoFake.Routes = @($global:HvoFake.Routes | Where-Object { $_ -ne $NextHop[0] })
    }
}

function Get-DnsClientServerAddress {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex, [string[]] $AddressFamily)
    Assert-FakeAlive
    [PSCustomObject]@{ ServerAddresses = $global:HvoFake.Servers }
}

function Set-DnsClientServerAddress {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [uint32[]] $InterfaceIndex, [string[]] $ServerAddresses)
    Invoke-FakeNetworkChange 'Set-DnsClientServerAddress' { $global:HvoFake.Servers = $ServerAddresses }
}

function Get-DnsClient {
    [CmdletBinding()]
    param([uint32[]] $InterfaceIndex)
    Assert-FakeAlive
    [PSCustomObject]@{ ConnectionSpecificSuffix = $global:HvoFake.Suffix }
}

function Set-DnsClient {
    [CmdletBinding(SupportsShouldProcess)]
    param([Parameter(Mandatory)] [uint32[]] $InterfaceIndex, [string] $ConnectionSpecificSuffix)
    Invoke-FakeNetworkChange 'Set-DnsClient' { $global:HvoFake.Suffix = $ConnectionSpecificSuffix }
}

function Register-ScheduledTask {
    [CmdletBinding()]
    param([string] $TaskPath, [Parameter(Mandatory)] [string] $TaskName, [Parameter(Mandatory)] [string] $Xml, [switch] $Force)
    if ($global:HvoFake.Failures['Register-ScheduledTask'] -gt 0) {
        Write-Error -Message 'Access is denied.' -ErrorId 'HRESULT 0x80070005' -Category PermissionDenied
        return
    }
    $global:HvoFake.Task = @{ Path = $TaskPath; Name = $TaskName; Xml = [xml]$Xml }
}

Export-ModuleMember -Function @('*-Net*', '*-Dns*', 'Register-ScheduledTask')
