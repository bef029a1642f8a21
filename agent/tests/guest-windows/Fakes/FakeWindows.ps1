# The Windows commands that the guest calls, on the machine in memory, but for those of FakeNetwork.psm1. They have the
# parameters of the real commands.

function Start-Sleep {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [int] $Seconds)
    Assert-FakeAlive
    $global:HvoFake.Slept += $Seconds
    if ($global:HvoFake.Slept -gt 4000) { throw 'The guest has waited for more than 4000 seconds.' }
    $null = & $global:HvoFake.OnSleep
}

function Restart-Computer {
    [CmdletBinding()]
    param([switch] $Force)
    Assert-FakeAlive
    $global:HvoFake.RestartsAsked++
}

function Rename-Computer {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $NewName, [switch] $Force)
    Invoke-FakeChange 'Rename-Computer' { $global:HvoFake.Name = $NewName }
}

function Get-CimInstance {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $ClassName)
    Assert-FakeAlive
    $fake = $global:HvoFake
    if ($ClassName -eq 'Win32_ComputerSystemProduct') { return [PSCustomObject]@{ UUID = $fake.SmbiosUuid } }
    if ($ClassName -eq 'Win32_ComputerSystem') {
        $name = $fake.ActiveName
        if ($fake.DnsName) { $name = $fake.DnsName }
        if ($fake.HasNoDnsName) { $name = $null }
        return [PSCustomObject]@{ PartOfDomain = $fake.Domain -ne 'WORKGROUP'; Domain = $fake.Domain; DNSHostName = $name }
    }
    throw "No class $ClassName."
}

function Add-Computer {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $DomainName, [Parameter(Mandatory)] [pscredential] $Credential, [string] $OUPath, [switch] $Force)
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
        $unit = "CN=Computers,DC=$($DomainName.Replace('.', ',DC='))"
        if ($OUPath) { $unit = $OUPath }
        if ($fake.JoinsInto) { $unit = $fake.JoinsInto }
        $fake.Dn = "CN=$($fake.ActiveName.ToUpperInvariant()),$unit"
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
    param([string[]] $Name)
    Assert-FakeAlive
    if ($Name) {
        $found = Get-FakeAccount $Name[0]
        if ($null -eq $found) { Write-Error "No account $Name."; return }
        return [PSCustomObject]$found
    }
    foreach ($account in $global:HvoFake.Accounts) { [PSCustomObject]$account }
}

function New-LocalUser {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [securestring] $Password)
    $plain = Get-FakePassword $Password
    Invoke-FakeChange 'New-LocalUser' {
        $global:HvoFake.Accounts += New-FakeAccount -Name $Name -Sid 'S-1-5-21-1-2-3-1001' -Password $plain
    }
}

function Rename-LocalUser {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [string] $NewName)
    Invoke-FakeChange 'Rename-LocalUser' { (Get-FakeAccount $Name).Name = $NewName }
}

function Set-LocalUser {
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Name')] [string] $Name,
        [Parameter(Mandatory, ParameterSetName = 'SecurityIdentifier')] [System.Object] $SID,
        [securestring] $Password, [bool] $PasswordNeverExpires
    )
    $plain = Get-FakePassword $Password
    Invoke-FakeChange 'Set-LocalUser' {
        $account = $global:HvoFake.Accounts | Where-Object { $_.Name -eq $Name -or ($SID -and $_.SID -eq $SID) }
        $account.Password = $plain
        $account.PasswordLastSet = [DateTime]::UtcNow
        if ($global:HvoFake.MustChangePassword) { $account.PasswordLastSet = $null }
        if ($PasswordNeverExpires -and -not $global:HvoFake.KeepsExpiring) { $account.PasswordExpires = $null }
    }
}

function Enable-LocalUser {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)
    Invoke-FakeChange 'Enable-LocalUser' { (Get-FakeAccount $Name).Enabled = -not $global:HvoFake.StaysDisabled }
}

function Add-LocalGroupMember {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Object] $SID, [Parameter(Mandatory)] [string[]] $Member)
    if ($SID -ne 'S-1-5-32-544') { throw "No group $SID." }
    $account = (Get-FakeAccount $Member[0]).SID
    if ($global:HvoFake.Administrators.Contains($account)) {
        Assert-FakeAlive
        $problem = [InvalidOperationException]::new("$Member is a member.")
        throw [System.Management.Automation.ErrorRecord]::new($problem, 'MemberExists', 'ResourceExists', $null)
    }
    Invoke-FakeChange 'Add-LocalGroupMember' {
        if (-not $global:HvoFake.StaysOutside) { $null = $global:HvoFake.Administrators.Add($account) }
    }
}

function Get-LocalGroupMember {
    # A group with a member that cannot be resolved is not listed at all (PowerShell/PowerShell#2996).
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Object] $SID)
    Assert-FakeAlive
    if ($SID -ne 'S-1-5-32-544') { throw "No group $SID." }
    if ($global:HvoFake.UnresolvableMember) { throw 'Failed to compare two elements in the array.' }
    foreach ($member in $global:HvoFake.Administrators) { [PSCustomObject]@{ SID = $member } }
}
