# The Windows commands that the guest calls, on the machine in memory. They have the parameters of the real commands.

function Start-Sleep {
    param([int] $Seconds)
    Assert-FakeAlive
    $global:HvoFake.Slept += $Seconds
    if ($global:HvoFake.Slept -gt 4000) { throw 'The guest has waited for more than 4000 seconds.' }
    $null = & $global:HvoFake.OnSleep
}

function Restart-Computer {
    param([switch] $Force)
    Assert-FakeAlive
    $global:HvoFake.RestartsAsked++
}

function Rename-Computer {
    [CmdletBinding()]
    param([string] $NewName, [switch] $Force)
    Invoke-FakeChange 'Rename-Computer' { $global:HvoFake.Name = $NewName }
}

function Get-CimInstance {
    param([string] $ClassName)
    Assert-FakeAlive
    $fake = $global:HvoFake
    if ($ClassName -eq 'Win32_ComputerSystemProduct') { return [PSCustomObject]@{ UUID = $fake.SmbiosUuid } }
    if ($ClassName -eq 'Win32_ComputerSystem') {
        return [PSCustomObject]@{ PartOfDomain = $fake.Domain -ne 'WORKGROUP'; Domain = $fake.Domain }
    }
    throw "No class $ClassName."
}

function Add-Computer {
    [CmdletBinding()]
    param([string] $DomainName, [pscredential] $Credential, [string] $OUPath, [switch] $Force)
    $fake = $global:HvoFake
    $what = @{ Domain = $DomainName; User = $Credential.UserName; Ou = $OUPath; Name = $fake.ActiveName
        Password = $Credential.GetNetworkCredential().Password
    }
    $null = $fake.Joins.Add($what)
    if ($fake.JoinError.Count -gt 0) {
        Assert-FakeAlive
        $number = $fake.JoinError[0]
        $fake.JoinError = @($fake.JoinError | Select-Object -Skip 1)
        $text = [System.ComponentModel.Win32Exception]::new([int]$number).Message
        throw [InvalidOperationException]::new(
            "Computer 'WEB' failed to join domain '$DomainName' with the password $($what.Password): $text")
    }
    Invoke-FakeChange 'Add-Computer' {
        $fake.Domain = $DomainName
        $fake.JoinedAt = $fake.Restarts
        if ($fake.AnswersAs) { $fake.Domain = $fake.AnswersAs }
    }
}

function Get-FakeAccount {
    param([string] $Name)
    foreach ($account in $global:HvoFake.Accounts) { if ($account.Name -eq $Name) { return $account } }
}

function Get-FakePassword {
    param([securestring] $Password)
    $plain = [System.Net.NetworkCredential]::new('', $Password).Password
    if ($global:HvoFake.PolicyRefusesPassword) {
        $problem = [InvalidOperationException]::new("The password $plain does not meet the policy.")
        throw [System.Management.Automation.ErrorRecord]::new($problem, 'InvalidPassword', 'InvalidData', $null)
    }
    $plain
}

function Get-LocalUser {
    [CmdletBinding()]
    param([string] $Name = '')
    Assert-FakeAlive
    if ($Name) {
        $found = Get-FakeAccount $Name
        if ($null -eq $found) { Write-Error "No account $Name."; return }
        return [PSCustomObject]$found
    }
    foreach ($account in $global:HvoFake.Accounts) { [PSCustomObject]$account }
}

function New-LocalUser {
    param([string] $Name, [securestring] $Password)
    $plain = Get-FakePassword $Password
    Invoke-FakeChange 'New-LocalUser' {
        $global:HvoFake.Accounts += @{ Name = $Name; SID = 'S-1-5-21-1-2-3-1001'; Enabled = $true; Password = $plain }
    }
}

function Rename-LocalUser {
    param([string] $Name, [string] $NewName)
    Invoke-FakeChange 'Rename-LocalUser' {
        $members = $global:HvoFake.Administrators
        if ($members.Contains($Name)) { $members.Remove($Name); $null = $members.Add($NewName) }
        (Get-FakeAccount $Name).Name = $NewName
    }
}

function Set-LocalUser {
    param([string] $Name, [securestring] $Password)
    $plain = Get-FakePassword $Password
    Invoke-FakeChange 'Set-LocalUser' { (Get-FakeAccount $Name).Password = $plain }
}

function Enable-LocalUser {
    param([string] $Name)
    Invoke-FakeChange 'Enable-LocalUser' { (Get-FakeAccount $Name).Enabled = $true }
}

function Add-LocalGroupMember {
    param([string] $SID, [string] $Member)
    if ($SID -ne 'S-1-5-32-544') { throw "No group $SID." }
    if ($global:HvoFake.Administrators.Contains($Member)) {
        Assert-FakeAlive
        $problem = [InvalidOperationException]::new("$Member is a member.")
        throw [System.Management.Automation.ErrorRecord]::new($problem, 'MemberExists', 'ResourceExists', $null)
    }
    Invoke-FakeChange 'Add-LocalGroupMember' { $null = $global:HvoFake.Administrators.Add($Member) }
}

function Get-NetAdapter {
    param([switch] $Physical)
    Assert-FakeAlive
    foreach ($adapter in $global:HvoFake.Adapters) { [PSCustomObject]$adapter }
}

function Get-NetIPInterface {
    param([int] $InterfaceIndex, [string] $AddressFamily)
    Assert-FakeAlive
    [PSCustomObject]@{ Dhcp = $global:HvoFake.Dhcp }
}

function Set-NetIPInterface {
    param([int] $InterfaceIndex, [string] $AddressFamily, [string] $Dhcp)
    Invoke-FakeChange 'Set-NetIPInterface' {
        $global:HvoFake.Dhcp = $Dhcp
        $global:HvoFake.Addresses = @()
    }
}

function Get-NetIPAddress {
    [CmdletBinding()]
    param([int] $InterfaceIndex, [string] $AddressFamily, [string] $IPAddress)
    Assert-FakeAlive
    foreach ($address in $global:HvoFake.Addresses) {
        if (-not $IPAddress -or $address.IPAddress -eq $IPAddress) { [PSCustomObject]$address }
    }
}

function New-NetIPAddress {
    param([int] $InterfaceIndex, [string] $IPAddress, [int] $PrefixLength)
    Invoke-FakeChange 'New-NetIPAddress' {
        $state = $global:HvoFake.AddressState
        $global:HvoFake.Addresses += @{ IPAddress = $IPAddress; PrefixLength = $PrefixLength; AddressState = $state }
    }
}

function Remove-NetIPAddress {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([int] $InterfaceIndex, [string] $IPAddress)
    Invoke-FakeChange 'Remove-NetIPAddress' {
        $global:HvoFake.Addresses = @($global:HvoFake.Addresses | Where-Object { $_.IPAddress -ne $IPAddress })
    }
}

function Get-NetRoute {
    [CmdletBinding()]
    param([int] $InterfaceIndex, [string] $DestinationPrefix)
    Assert-FakeAlive
    foreach ($hop in $global:HvoFake.Routes) { [PSCustomObject]@{ NextHop = $hop } }
}

function New-NetRoute {
    param([int] $InterfaceIndex, [string] $DestinationPrefix, [string] $NextHop)
    Invoke-FakeChange 'New-NetRoute' { $global:HvoFake.Routes += $NextHop }
}

function Remove-NetRoute {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param([int] $InterfaceIndex, [string] $DestinationPrefix, [string] $NextHop)
    Invoke-FakeChange 'Remove-NetRoute' {
        $global:HvoFake.Routes = @($global:HvoFake.Routes | Where-Object { $_ -ne $NextHop })
    }
}

function Get-DnsClientServerAddress {
    param([int] $InterfaceIndex, [string] $AddressFamily)
    Assert-FakeAlive
    [PSCustomObject]@{ ServerAddresses = $global:HvoFake.Servers }
}

function Set-DnsClientServerAddress {
    param([int] $InterfaceIndex, [string[]] $ServerAddresses)
    Invoke-FakeChange 'Set-DnsClientServerAddress' { $global:HvoFake.Servers = $ServerAddresses }
}

function Get-DnsClient {
    param([int] $InterfaceIndex)
    Assert-FakeAlive
    [PSCustomObject]@{ ConnectionSpecificSuffix = $global:HvoFake.Suffix }
}

function Set-DnsClient {
    param([int] $InterfaceIndex, [string] $ConnectionSpecificSuffix)
    Invoke-FakeChange 'Set-DnsClient' { $global:HvoFake.Suffix = $ConnectionSpecificSuffix }
}
